// The health check of all six images: asks the service beside it, over its own wire, whether it
// is ready, and ends with 0 when it is. One program for all, because the images hold nothing but
// their service: no shell, no curl.
//
//	health-probe rest    asks GET /api/v1/events/health at SERVER_PORT
//	health-probe grpc    asks grpc.health.v1.Health/Check at GRPC_SERVER_PORT
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// patience is what one call may take: a service that is not ready says so within a second.
const patience = 3 * time.Second

func main() {
	if err := run(os.Args[1:], os.Getenv); err != nil {
		fmt.Fprintf(os.Stderr, "health-probe: %v\n", err)
		os.Exit(1)
	}
}

func run(arguments []string, variable func(string) string) error {
	if len(arguments) != 1 {
		return errors.New("say rest or grpc")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	switch arguments[0] {
	case "rest":
		authority, err := authority(variable, "SERVER_PORT")
		if err != nil {
			return err
		}
		return askREST(ctx, http.DefaultClient, "http://"+authority)
	case "grpc":
		authority, err := authority(variable, "GRPC_SERVER_PORT")
		if err != nil {
			return err
		}
		return askGRPC(ctx, cleartextHTTP2(), "http://"+authority)
	default:
		return fmt.Errorf("%q is neither rest nor grpc", arguments[0])
	}
}

// authority is where the service listens as seen from its own container.
func authority(variable func(string) string, portVariable string) (string, error) {
	port := variable(portVariable)
	if port == "" {
		return "", fmt.Errorf("%s is not set", portVariable)
	}
	address := variable("SERVER_ADDRESS")
	if ip := net.ParseIP(address); ip == nil || ip.IsUnspecified() {
		address = "127.0.0.1"
	}
	return net.JoinHostPort(address, port), nil
}
