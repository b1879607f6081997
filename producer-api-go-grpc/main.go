// Command producer-api-go-grpc takes entity events in over gRPC and stores them in
// PostgreSQL.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"producer-api-go-grpc/internal/server"
	"producer-core/config"
	"producer-core/ingest"
	"producer-core/store"
)

const (
	exitFailed     = 1
	exitBadSetting = 2
)

var service = config.Service{Name: "producer-api-go-grpc", PortVariable: "GRPC_SERVER_PORT", DefaultPort: 9092}

func main() {
	settings, err := config.Load(service, os.LookupEnv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", service.Name, err)
		os.Exit(exitBadSetting)
	}
	if err := run(settings); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", service.Name, err)
		os.Exit(exitFailed)
	}
}

// run serves until SIGTERM or SIGINT and returns nil after an orderly stop.
func run(settings config.Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: settings.LogLevel}))

	rows, err := store.Open(settings.Database)
	if err != nil {
		return errors.New("DATABASE_URL: the driver cannot use the value")
	}
	events := ingest.New(rows)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", settings.Listen.String())
	if err != nil {
		return fmt.Errorf("cannot listen (SERVER_ADDRESS, %s): %w", service.PortVariable, err)
	}
	log.Info("started", "settings", settings)
	// Beside the serving: a database that is away must not delay the health route.
	go logReadiness(ctx, events, log)
	drained, err := server.Serve(ctx, listener, events, log)
	if err != nil {
		return fmt.Errorf("cannot serve: %w", err)
	}
	if drained {
		rows.Close()
	}
	log.Info("stopped", "drained", drained)
	return nil
}

func logReadiness(ctx context.Context, events *ingest.Ingest, log *slog.Logger) {
	if refused := events.Ready(ctx); refused != nil {
		log.Warn("not ready", "detail", refused.Detail, "cause", refused.Cause)
	}
}
