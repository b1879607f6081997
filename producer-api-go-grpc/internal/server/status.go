package server

import (
	"context"
	"log/slog"
	"strings"
	"unicode"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"producer-core/fault"
)

// code is the one table from faults to gRPC; contract/faults.yaml has the same.
// What has no code there cannot come from this wire.
func code(kind fault.Kind) codes.Code {
	switch kind {
	case fault.Malformed, fault.InvalidEvent:
		return codes.InvalidArgument
	case fault.TooLarge:
		return codes.ResourceExhausted
	case fault.NotFound:
		return codes.Unimplemented
	case fault.Unavailable:
		return codes.Unavailable
	case fault.Internal, fault.UnsupportedMedia, fault.MethodNotAllowed:
	}
	return codes.Internal
}

// refuse gives the status of the fault and logs it with its cause. A caller who
// left while it waited gets the status of that instead: nothing here is wrong then.
func (h *handlers) refuse(ctx context.Context, refused *fault.Fault) error {
	if err := ctx.Err(); err != nil && refused.Kind == fault.Unavailable {
		return status.FromContextError(err).Err()
	}
	h.logFault(ctx, refused)
	plain := status.New(code(refused.Kind), refused.Detail)
	if len(refused.Fields) == 0 {
		return plain.Err()
	}
	detailed, err := plain.WithDetails(violations(refused.Fields))
	if err != nil {
		h.log.ErrorContext(ctx, "the details do not fit the status", "cause", err)
		return plain.Err()
	}
	return detailed.Err()
}

func violations(fields []fault.Field) *errdetails.BadRequest {
	details := &errdetails.BadRequest{}
	for _, field := range fields {
		details.FieldViolations = append(details.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field:       protoPath(field.Path),
			Description: field.Detail,
		})
	}
	return details
}

// protoPath spells a path with the proto's names: eventBody becomes event_body.
func protoPath(path string) string {
	var spelled strings.Builder
	for _, letter := range path {
		if unicode.IsUpper(letter) {
			spelled.WriteByte('_')
		}
		spelled.WriteRune(unicode.ToLower(letter))
	}
	return spelled.String()
}

func (h *handlers) logFault(ctx context.Context, refused *fault.Fault) {
	level := slog.LevelError
	if refused.Kind.CallerAtFault() {
		level = slog.LevelInfo
	}
	attributes := []slog.Attr{
		slog.String("fault", string(refused.Kind)),
		slog.String("detail", refused.Detail),
	}
	if refused.Cause != nil {
		attributes = append(attributes, slog.String("cause", refused.Cause.Error()))
	}
	h.log.LogAttrs(ctx, level, "call failed", attributes...)
}
