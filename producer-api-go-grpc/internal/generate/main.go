// Command generate makes the stubs from the contract's proto file. It compiles the
// file itself and hands the result to the generators that go.mod pins, so that no
// protoc has to be installed.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

const protoFile = "event_service.proto"

var generators = []string{"protoc-gen-go", "protoc-gen-go-grpc"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate CONTRACT_FOLDER OUTPUT_FOLDER")
		os.Exit(2)
	}
	if err := generate(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "generate: %v\n", err)
		os.Exit(1)
	}
}

// generate writes the stubs for the proto file in the folder contract to the
// folder output. The error names the file and line, or the generator.
func generate(ctx context.Context, contract, output string) error {
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{contract}}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	files, err := compiler.Compile(ctx, protoFile)
	if err != nil {
		return err
	}
	request, err := proto.Marshal(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{protoFile},
		Parameter:      proto.String("paths=source_relative"),
		ProtoFile:      withImports(files[0]),
	})
	if err != nil {
		return err
	}
	for _, generator := range generators {
		if err := run(ctx, generator, request, output); err != nil {
			return fmt.Errorf("%s: %w", generator, err)
		}
	}
	return nil
}

// withImports gives the file after everything that it imports.
func withImports(file linker.File) []*descriptorpb.FileDescriptorProto {
	var all []*descriptorpb.FileDescriptorProto
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(next protoreflect.FileDescriptor) {
		if seen[next.Path()] {
			return
		}
		seen[next.Path()] = true
		for at := range next.Imports().Len() {
			add(next.Imports().Get(at).FileDescriptor)
		}
		all = append(all, protoutil.ProtoFromFileDescriptor(next))
	}
	add(file)
	return all
}

// run speaks protoc's plugin protocol with one generator.
func run(ctx context.Context, generator string, request []byte, output string) error {
	command := exec.CommandContext(ctx, "go", "tool", generator) //nolint:gosec // one of the list above
	command.Stdin = bytes.NewReader(request)
	command.Stderr = os.Stderr
	printed, err := command.Output()
	if err != nil {
		return err
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(printed, &response); err != nil {
		return err
	}
	if response.Error != nil {
		return errors.New(response.GetError())
	}
	for _, file := range response.GetFile() {
		const readable = 0o644
		path := filepath.Join(output, filepath.FromSlash(file.GetName()))
		if err := os.WriteFile(path, []byte(file.GetContent()), readable); err != nil { //nolint:gosec // source is for all to read
			return err
		}
	}
	return nil
}
