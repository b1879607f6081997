// Command producer-api-go-rest takes entity events in over HTTP and stores them in
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

	"producer-api-go-rest/internal/server"
	"producer-core/config"
	"producer-core/ingest"
	"producer-core/store"
)

const (
	name = "producer-api-go-rest"

	exitFailed     = 1
	exitBadSetting = 2
)

var port = config.Port{Variable: "SERVER_PORT", Default: 9083}

func main() {
	settings, err := config.Load(port, os.LookupEnv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(exitBadSetting)
	}
	if err := run(settings); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
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
		return fmt.Errorf("cannot listen: %w", err)
	}
	log.Info("started", "settings", settings)
	if refused := events.Ready(ctx); refused != nil {
		log.Warn("not ready", "detail", refused.Detail, "cause", refused.Cause)
	}
	web := server.Server{Handler: server.Handler(events, log), Timeouts: server.DefaultTimeouts(), Log: log}
	drained, err := web.Serve(ctx, listener)
	if err != nil {
		return fmt.Errorf("cannot serve: %w", err)
	}
	if drained {
		rows.Close()
	}
	log.Info("stopped", "drained", drained)
	return nil
}
