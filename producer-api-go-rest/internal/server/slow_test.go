package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"producer-api-go-rest/internal/server"
)

const slowHead = "POST " + events + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"

// A client that sends its head byte by byte is not waited for.
func TestASlowHeadIsGivenUp(t *testing.T) {
	timeouts := server.DefaultTimeouts()
	timeouts.Header, timeouts.Read = 200*time.Millisecond, time.Hour
	// It ends; whether by a reset or not depends on the bytes under way.
	_, _ = io.Copy(io.Discard, say(t, serve(t, timeouts), slowHead))
}

// Nor is one that sends its body so, and it is told: for its head it has all the time that it may need.
func TestASlowBodyIsMalformed(t *testing.T) {
	timeouts := server.DefaultTimeouts()
	timeouts.Header, timeouts.Read = time.Hour, 600*time.Millisecond
	conn := say(t, serve(t, timeouts), slowHead+"\r\n{")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || response.StatusCode != http.StatusBadRequest || !response.Close {
		t.Error(response, err)
	}
	_, _ = io.Copy(io.Discard, conn)
}

// say opens a connection that begins with these words and then drips.
func say(t *testing.T, address, words string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprint(conn, words); err != nil {
		t.Fatal(err)
	}
	go drip(conn)
	return conn
}

// A client that says nothing is given up sooner than one that has begun.
func TestASilentClientIsClosed(t *testing.T) {
	timeouts := server.DefaultTimeouts()
	timeouts.Silence, timeouts.Header, timeouts.Read = 200*time.Millisecond, time.Hour, time.Hour
	conn, err := net.Dial("tcp", serve(t, timeouts))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if said, err := io.ReadAll(conn); len(said) > 0 || err != nil {
		t.Error(said, err)
	}
}

// serve gives the address of a server with these timeouts.
func serve(t *testing.T, timeouts server.Timeouts) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		web := server.Server{Handler: server.Handler(broken{}, log), Timeouts: timeouts, Log: log}
		_, _ = web.Serve(ctx, listener)
	}()
	t.Cleanup(func() { stop(); <-stopped })
	return listener.Addr().String()
}

func drip(conn net.Conn) {
	for {
		if _, err := conn.Write([]byte(" ")); err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}
