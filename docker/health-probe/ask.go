package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// A gRPC message goes over the wire as a byte that says "not compressed", four bytes of length,
// and the message.
var (
	// emptyRequest asks for the server as a whole: a HealthCheckRequest without a service.
	emptyRequest = []byte{0, 0, 0, 0, 0}
	// servingReply is a HealthCheckResponse whose only field, status, is SERVING (1).
	servingReply = []byte{0, 0, 0, 0, 2, 0x08, 1}
)

// replyLimit is far more than a health reply has, in bytes.
const replyLimit = 1024

// askREST is nil when the service says that it is ready.
func askREST(ctx context.Context, client *http.Client, base string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/events/health", nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: HTTP status %d", response.StatusCode)
	}
	return nil
}

// askGRPC is nil when the service says that it is ready. The client must speak HTTP/2 without TLS.
func askGRPC(ctx context.Context, client *http.Client, base string) error {
	url := base + "/grpc.health.v1.Health/Check"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(emptyRequest))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("TE", "trailers")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	// The status comes after the body, in the trailer.
	reply, err := io.ReadAll(io.LimitReader(response.Body, replyLimit))
	if err != nil {
		return err
	}
	if status := grpcStatus(response); status != "0" {
		return fmt.Errorf("refused: HTTP status %d, gRPC status %q", response.StatusCode, status)
	}
	if !bytes.Equal(reply, servingReply) {
		return errors.New("not ready: the service is not SERVING")
	}
	return nil
}

// grpcStatus is in the trailer, or in the header of a reply that has no message.
func grpcStatus(response *http.Response) string {
	if status := response.Trailer.Get("Grpc-Status"); status != "" {
		return status
	}
	return response.Header.Get("Grpc-Status")
}

func cleartextHTTP2() *http.Client {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: &protocols}}
}
