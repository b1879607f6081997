package server_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"producer-api-go-grpc/internal/eventpb"
)

const processEvent = "/com.example.grpc.EventService/ProcessEvent"

// rawCodec sends bytes as they are.
type rawCodec struct{ encoding.CodecV2 }

func (c rawCodec) Marshal(message any) (mem.BufferSlice, error) {
	if raw, isRaw := message.([]byte); isRaw {
		return mem.BufferSlice{mem.SliceBuffer(raw)}, nil
	}
	return c.CodecV2.Marshal(message)
}

func (s service) send(method string, message []byte) error {
	raw := rawCodec{encoding.GetCodecV2(protocodec.Name)}
	return s.conn.Invoke(context.Background(), method, message, new(eventpb.EventResponse), grpc.ForceCodecV2(raw))
}

// nested gives attributes in which so many lists lie in each other, the innermost
// one with a null in it.
func nested(lists int) *eventpb.EventRequest { return around(structpb.NewNullValue(), lists) }

func around(value *structpb.Value, lists int) *eventpb.EventRequest {
	for range lists {
		value = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{value}})
	}
	request := loan("1", nil)
	request.EventBody.Entities[0].UpdatedAttributes.Fields = map[string]*structpb.Value{"a": value}
	return request
}

func marshal(t *testing.T, message proto.Message) []byte {
	t.Helper()
	bytes, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// The connection is one for all: each kind of bad bytes must leave it whole.
func TestBytesThatAreNoMessageAreInternalAndTheConnectionLives(t *testing.T) {
	to := start(t)
	invalidUTF8 := protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), "\xff\xfe")
	for name, message := range map[string][]byte{
		"random bytes":  []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
		"half of one":   marshal(t, loan("1", nil))[:20],
		"invalid UTF-8": wrap(1, invalidUTF8),
		"field 0":       {0x00, 0x00},
		"50,000 lists":  endless(50_000),
		"1,000 lists":   marshal(t, nested(1000)),
		"48 lists":      marshal(t, nested(48)),
	} {
		t.Run(name, func(t *testing.T) {
			assertCode(t, to.send(processEvent, message), codes.Internal)
			if _, err := to.events.ProcessEvent(context.Background(), loan("1", nil)); err != nil {
				t.Error(err)
			}
		})
	}
}

// endless gives an event in whose attributes so many lists lie in each other. It
// is written from the inside out, since no marshaller goes as deep.
func endless(lists int) []byte {
	var headers [][]byte
	size := 0
	header := func(field protowire.Number) {
		next := protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.BytesType), uint64(size))
		headers = append(headers, next)
		size += len(next)
	}
	for range lists {
		header(1) // ListValue.values
		header(6) // Value.list_value
	}
	for _, field := range []protowire.Number{2, 1, 3, 1, 2} { // value, fields, updated_attributes, entities, event_body
		header(field)
	}
	slices.Reverse(headers)
	return bytes.Join(headers, nil)
}

func wrap(field protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), message)
}

// Five messages lead to the first Value and two more to the next one, so that an
// empty list inside 47 others is the hundredth below the request: protobuf's limit.
// It is far deeper than attributes may be.
func TestTheDeepestMessageIsReadAndRefusedForItsAttributes(t *testing.T) {
	to := start(t)
	empty := structpb.NewListValue(&structpb.ListValue{})
	assertCode(t, to.send(processEvent, marshal(t, around(empty, 47))), codes.InvalidArgument)
	if err := to.send(processEvent, marshal(t, nested(19))); err != nil {
		t.Error(err)
	}
	assertCode(t, to.send(processEvent, marshal(t, nested(20))), codes.InvalidArgument)
}

func TestMessageLimit(t *testing.T) {
	to := start(t)
	const mebibyte = 1 << 20
	padded := func(bytes int) []byte {
		request := loan("1", map[string]any{"p": ""})
		empty := len(marshal(t, request))
		request = loan("1", map[string]any{"p": strings.Repeat("x", bytes-empty-16)})
		// What is left is filled with an unknown field: its tag and length take 3 bytes.
		return append(marshal(t, request), filler(bytes-len(marshal(t, request)))...)
	}
	if err := to.send(processEvent, padded(mebibyte)); err != nil {
		t.Error(err)
	}
	assertCode(t, to.send(processEvent, padded(mebibyte+1)), codes.ResourceExhausted)
	assertCode(t, to.send(processEvent, make([]byte, 100*mebibyte)), codes.ResourceExhausted)
	if _, err := to.events.ProcessEvent(context.Background(), loan("2", nil)); err != nil {
		t.Error(err)
	}
}

func filler(bytes int) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, 999, protowire.BytesType), make([]byte, bytes-3))
}

func TestUnknownMethods(t *testing.T) {
	to := start(t)
	for _, method := range []string{
		"/com.example.grpc.EventService/Unknown", "/com.example.grpc.Unknown/ProcessEvent", "/unknown/unknown",
	} {
		assertCode(t, to.send(method, nil), codes.Unimplemented)
	}
	if _, err := to.events.ProcessEvent(context.Background(), loan("1", nil)); err != nil {
		t.Error(err)
	}
}
