package server

import (
	"context"
	"errors"
	"log/slog"

	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

// maxNesting is protobuf's own limit, 100 messages below the first. Go counts the
// first one too, and would go to 10,000 by itself.
const maxNesting = 101

// codec is gRPC's own, but for how deep it reads and what it says of bytes that
// are no message: the status is INTERNAL, and the parser's words are for the log.
type codec struct {
	encoding.CodecV2
	log *slog.Logger
}

func newCodec(log *slog.Logger) codec {
	return codec{CodecV2: encoding.GetCodecV2(protocodec.Name), log: log}
}

var errNoMessage = errors.New("the bytes are no message of this method, or nested too deep")

// Unmarshal reads one message.
func (c codec) Unmarshal(data mem.BufferSlice, into any) error {
	message, ok := into.(proto.Message)
	if !ok {
		return c.CodecV2.Unmarshal(data, into)
	}
	bytes := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer bytes.Free()
	err := proto.UnmarshalOptions{RecursionLimit: maxNesting}.Unmarshal(bytes.ReadOnlyData(), message)
	if err != nil {
		c.log.LogAttrs(context.Background(), slog.LevelInfo, "call failed",
			slog.String("fault", "internal"), slog.String("detail", errNoMessage.Error()), slog.String("cause", err.Error()))
		return errNoMessage
	}
	return nil
}
