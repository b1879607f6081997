package server

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"producer-api-go-grpc/internal/eventpb"
)

// watchInterval is how often a watched status is looked at, the same in all services.
const watchInterval = 2 * time.Second

// healthService is grpc.health.v1 by the same rule as HealthCheck: it asks when it
// is asked, and keeps no status that could be stale.
type healthService struct {
	healthpb.UnimplementedHealthServer
	*handlers
	stopping <-chan struct{}
}

type servingStatus = healthpb.HealthCheckResponse_ServingStatus

const unknown = healthpb.HealthCheckResponse_UNKNOWN

// names are the services whose health is known; the empty one means all.
var names = []string{"", eventpb.EventService_ServiceDesc.ServiceName}

func known(service string) bool {
	return service == names[0] || service == names[1]
}

// Check gives the status now, or NOT_FOUND for a name that is not known.
func (s *healthService) Check(ctx context.Context, request *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	if !known(request.GetService()) {
		return nil, status.Error(codes.NotFound, "there is no service of this name")
	}
	return &healthpb.HealthCheckResponse{Status: s.status(ctx, unknown)}, nil
}

// List gives the status of every known name.
func (s *healthService) List(ctx context.Context, _ *healthpb.HealthListRequest) (*healthpb.HealthListResponse, error) {
	now := s.status(ctx, unknown)
	statuses := make(map[string]*healthpb.HealthCheckResponse, len(names))
	for _, name := range names {
		statuses[name] = &healthpb.HealthCheckResponse{Status: now}
	}
	return &healthpb.HealthListResponse{Statuses: statuses}, nil
}

// Watch sends the status and every change of it, until the caller or the service
// leaves. As the protocol asks, a name that is not known is watched as such.
func (s *healthService) Watch(
	request *healthpb.HealthCheckRequest, stream grpc.ServerStreamingServer[healthpb.HealthCheckResponse],
) error {
	ctx := stream.Context()
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	sent := unknown
	for {
		now := healthpb.HealthCheckResponse_SERVICE_UNKNOWN
		if known(request.GetService()) {
			now = s.status(ctx, sent)
		}
		if now != sent {
			if err := stream.Send(&healthpb.HealthCheckResponse{Status: now}); err != nil {
				return err
			}
			sent = now
		}
		select {
		case <-tick.C:
		case <-s.stopping:
			return status.Error(codes.Unavailable, "the service is stopping")
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
}

// status asks once; the reason of a bad one is logged when it is new.
func (s *healthService) status(ctx context.Context, before servingStatus) servingStatus {
	refused := s.ingest.Ready(ctx)
	if refused == nil {
		return healthpb.HealthCheckResponse_SERVING
	}
	if before != healthpb.HealthCheckResponse_NOT_SERVING {
		s.logFault(ctx, refused)
	}
	return healthpb.HealthCheckResponse_NOT_SERVING
}
