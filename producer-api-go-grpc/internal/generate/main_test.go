package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheStubsAreThoseOfTheContract(t *testing.T) {
	made := t.TempDir()
	if err := generate(context.Background(), "../../../contract", made); err != nil {
		t.Fatal(err)
	}
	const there = "../eventpb"
	files, err := os.ReadDir(made)
	if err != nil || len(files) != len(generators) {
		t.Fatal(files, err)
	}
	for _, file := range files {
		want, wantErr := os.ReadFile(filepath.Join(made, file.Name()))
		got, gotErr := os.ReadFile(filepath.Join(there, file.Name()))
		if wantErr != nil || gotErr != nil || !bytes.Equal(want, got) {
			t.Errorf("%s is not what the contract gives; run go generate ./... (%v, %v)", file.Name(), wantErr, gotErr)
		}
	}
}

func TestAProtoFileThatIsNotThereIsNamed(t *testing.T) {
	err := generate(context.Background(), t.TempDir(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), protoFile) {
		t.Error(err)
	}
}
