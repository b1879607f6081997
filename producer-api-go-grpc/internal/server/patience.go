package server

import (
	"context"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/tap"

	"producer-api-go-grpc/internal/eventpb"
)

// callPatience is how long a call may take, the arrival of its message included.
const callPatience = 30 * time.Second

// bounded is the context of a call that may not take for ever.
type bounded struct {
	context.Context
	// The end of the call ends its context and with it this one; nobody needs to.
	_ context.CancelFunc
}

// bound is told of each call before its message: a caller that never ends its message
// would otherwise be waited for as long as its connection lives. A stream may take
// as long as it likes.
func bound(ctx context.Context, call *tap.Info) (context.Context, error) {
	switch call.FullMethodName {
	case eventpb.EventService_ProcessEvent_FullMethodName,
		eventpb.EventService_HealthCheck_FullMethodName,
		healthpb.Health_Check_FullMethodName,
		healthpb.Health_List_FullMethodName:
		within, cancel := context.WithTimeout(ctx, callPatience) //nolint:gosec // see bounded
		return &bounded{within, cancel}, nil
	default:
		return ctx, nil
	}
}
