// Package eventpb is the contract's gRPC wire in Go, generated from
// contract/event_service.proto.
package eventpb

//go:generate go run producer-api-go-grpc/internal/generate ../../../contract .
