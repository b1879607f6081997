package server

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/tap"

	"producer-api-go-grpc/internal/eventpb"
)

func TestEveryUnaryCallIsBoundedAndNoStream(t *testing.T) {
	for _, service := range []grpc.ServiceDesc{eventpb.EventService_ServiceDesc, healthpb.Health_ServiceDesc} {
		for _, unary := range service.Methods {
			if !isBounded(t, service, unary.MethodName) {
				t.Errorf("%s of %s may take for ever", unary.MethodName, service.ServiceName)
			}
		}
		for _, stream := range service.Streams {
			if isBounded(t, service, stream.StreamName) {
				t.Errorf("%s of %s is bounded", stream.StreamName, service.ServiceName)
			}
		}
	}
}

func isBounded(t *testing.T, service grpc.ServiceDesc, method string) bool {
	t.Helper()
	ctx, err := bound(context.Background(), &tap.Info{FullMethodName: "/" + service.ServiceName + "/" + method})
	if err != nil {
		t.Fatal(err)
	}
	_, is := ctx.Deadline()
	return is
}
