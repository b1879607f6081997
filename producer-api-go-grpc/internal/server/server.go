// Package server is the gRPC wire: messages to events, faults to statuses by one
// table, health, reflection, and a stop that finishes what is in flight.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"producer-api-go-grpc/internal/eventpb"
	"producer-core/event"
	"producer-core/fault"
)

const (
	// maxMessageBytes is the contract's limit of a message.
	maxMessageBytes = 1 << 20
	maxHeaderBytes  = 64 << 10
	// maxStreams is for one connection; the pool is far smaller.
	maxStreams = 1000

	// A connection has to become one of HTTP/2 within this time.
	handshakeTimeout = 10 * time.Second
	// A connection whose peer is gone is found out after these two together.
	keepaliveTime    = 30 * time.Second
	keepaliveTimeout = 10 * time.Second
	// Clients may ask us as often as this.
	keepaliveMinTime = 10 * time.Second

	// The same in all services: the whole stop takes at most 10 s.
	drainTimeout = 8 * time.Second
)

// Ingest is what the wire hands events to; *ingest.Ingest in production.
type Ingest interface {
	Process(ctx context.Context, draft event.Draft) *fault.Fault
	Ready(ctx context.Context) *fault.Fault
}

// handlers hold what every call needs.
type handlers struct {
	ingest Ingest
	log    *slog.Logger
}

// Serve answers on the listener until ctx ends, then takes no new call and finishes
// what is in flight. drained is false when the time for that did not suffice. The
// error is about the listener.
func Serve(ctx context.Context, listener net.Listener, to Ingest, log *slog.Logger) (drained bool, err error) {
	handle := &handlers{ingest: to, log: log}
	calls := grpc.NewServer(
		grpc.ForceServerCodecV2(newCodec(log)),
		grpc.MaxRecvMsgSize(maxMessageBytes),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.InTapHandle(bound),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: keepaliveTime, Timeout: keepaliveTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: keepaliveMinTime, PermitWithoutStream: true}),
		grpc.UnaryInterceptor(handle.recoverCall),
		grpc.StreamInterceptor(handle.recoverStream),
	)
	eventpb.RegisterEventServiceServer(calls, &eventService{handlers: handle})
	healthpb.RegisterHealthServer(calls, &healthService{handlers: handle, stopping: ctx.Done()})
	reflection.RegisterV1(calls)

	served := make(chan error, 1)
	go func() { served <- calls.Serve(listener) }()
	select {
	case err := <-served:
		return false, err
	case <-ctx.Done():
	}
	return drain(calls), nil
}

// drain waits for calls in flight as long as it may, then ends what is left.
func drain(calls *grpc.Server) bool {
	drained := make(chan struct{})
	go func() {
		calls.GracefulStop()
		close(drained)
	}()
	select {
	case <-drained:
		return true
	case <-time.After(drainTimeout):
		// It waits for connections that have not begun, for as long as those may take; nothing else does.
		go calls.Stop()
		return false
	}
}

// recoverCall keeps one call's bug from ending the service.
func (h *handlers) recoverCall(
	ctx context.Context, request any, _ *grpc.UnaryServerInfo, call grpc.UnaryHandler,
) (reply any, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			reply, err = nil, h.refuse(ctx, bugFault(bug))
		}
	}()
	return call(ctx, request)
}

func (h *handlers) recoverStream(
	service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, call grpc.StreamHandler,
) (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = h.refuse(stream.Context(), bugFault(bug))
		}
	}()
	return call(service, stream)
}

func bugFault(bug any) *fault.Fault {
	cause := fmt.Errorf("panic: %v\n%s", bug, debug.Stack())
	return fault.Caused(fault.Internal, "the call could not be processed", cause)
}
