// Package server is the REST wire: JSON to events, faults to problem+json by one
// table, health, and a stop that finishes what is in flight.
package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"producer-core/event"
	"producer-core/fault"
	"producer-core/ingest"
)

// Timeouts say how long a client may take, so that a slow one cannot hold what
// others need, and how long a stop may take.
type Timeouts struct {
	// Silence is for the first byte of a connection.
	Silence time.Duration
	Header  time.Duration
	// Read is for header and body together, Write for everything after the header.
	Read  time.Duration
	Write time.Duration
	// Idle is how long a connection is kept for its next request.
	Idle  time.Duration
	Drain time.Duration
}

// DefaultTimeouts are those of the running service.
func DefaultTimeouts() Timeouts {
	return Timeouts{
		Silence: 10 * time.Second,
		Header:  30 * time.Second,
		Read:    30 * time.Second,
		Write:   90 * time.Second,
		Idle:    30 * time.Second,
		// The same in all services: the whole stop takes at most 10 s.
		Drain: 8 * time.Second,
	}
}

// Ingest is what the wire hands events to; *ingest.Ingest in production.
type Ingest interface {
	Process(ctx context.Context, draft event.Draft) *fault.Fault
	ProcessBatch(ctx context.Context, batch []ingest.Element) ([]*fault.Fault, *fault.Fault)
	Ready(ctx context.Context) *fault.Fault
}

// handlers hold what every request needs.
type handlers struct {
	ingest Ingest
	log    *slog.Logger
}

// Handler gives the routes of section 4 of the contract.
func Handler(to Ingest, log *slog.Logger) http.Handler {
	h := &handlers{ingest: to, log: log}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	// Paths are exact: one spelled with needless escapes is another path.
	engine.UseRawPath = true
	engine.Use(h.recoverPanic)
	engine.NoRoute(func(c *gin.Context) {
		h.refuseUnread(c, fault.New(fault.NotFound, "there is nothing at this path"))
	})
	engine.NoMethod(func(c *gin.Context) {
		h.refuseUnread(c, fault.New(fault.MethodNotAllowed, "this path does not take the method "+c.Request.Method))
	})
	events := engine.Group("/api/v1/events")
	events.POST("", h.postEvent)
	events.POST("/bulk", h.postBulk)
	events.GET("/health", h.getHealth)
	return engine
}

// Server answers requests on a listener.
type Server struct {
	Handler  http.Handler
	Timeouts Timeouts
	Log      *slog.Logger
}

// Serve answers until ctx ends, then takes no new connection and finishes what is
// in flight. drained is false when the time for that did not suffice. The error
// is about the listener.
func (s Server) Serve(ctx context.Context, listener net.Listener) (drained bool, err error) {
	web := &http.Server{
		Handler:           s.Handler,
		ReadHeaderTimeout: s.Timeouts.Header,
		ReadTimeout:       s.Timeouts.Read,
		WriteTimeout:      s.Timeouts.Write,
		IdleTimeout:       s.Timeouts.Idle,
		ConnState:         newSilence(s.Timeouts.Silence).watch,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	select {
	case err := <-served:
		return false, err
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Timeouts.Drain)
	defer cancel()
	if web.Shutdown(deadline) == nil {
		return true, nil
	}
	return false, web.Close()
}
