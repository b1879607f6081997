package server

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// silence closes new connections on which the client says nothing.
type silence struct {
	patience time.Duration
	mu       sync.Mutex
	// closing holds, for every connection without a byte yet, what will close it.
	closing map[net.Conn]*time.Timer
}

func newSilence(patience time.Duration) *silence {
	return &silence{patience: patience, closing: map[net.Conn]*time.Timer{}}
}

// watch is told every change of a connection's state, as http.Server.ConnState.
func (s *silence) watch(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateNew {
		s.closing[conn] = time.AfterFunc(s.patience, func() { _ = conn.Close() })
		return
	}
	if timer, isNew := s.closing[conn]; isNew {
		timer.Stop()
		delete(s.closing, conn)
	}
}
