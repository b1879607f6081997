package server

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"producer-core/fault"
)

const (
	// A buffer that one large body has made larger than this is not kept.
	maxPooledBytes = 64 << 10
	// lingerBytes is how much of a refused body is still taken in, so that a
	// client which writes all of it before it reads meets the reply and no reset.
	lingerBytes = 128 << 20
	// drainedByServer is what net/http itself reads of a body that a handler left.
	drainedByServer = 256 << 10
)

// body is a request's body in a buffer that is used again.
type body struct{ bytes.Buffer }

var bodies = sync.Pool{New: func() any { return new(body) }}

func (b *body) release() {
	if b.Cap() <= maxPooledBytes {
		b.Reset()
		bodies.Put(b)
	}
}

// readBody takes in at most limit bytes of JSON; what the caller must release. It
// answers the request itself and gives nil when there is no such body.
func (h *handlers) readBody(c *gin.Context, limit int64) *body {
	if !isJSON(c.Request.Header.Get("Content-Type")) {
		h.refuseUnread(c, fault.New(fault.UnsupportedMedia, "Content-Type must be application/json"))
		return nil
	}
	if c.Request.ContentLength > limit {
		h.refuseUnread(c, tooLarge(limit))
		return nil
	}
	read := bodies.Get().(*body)
	length, err := read.ReadFrom(io.LimitReader(c.Request.Body, limit+1))
	if err == nil && length <= limit {
		return read
	}
	read.release()
	if err == nil {
		h.refuseUnread(c, tooLarge(limit))
		return nil
	}
	// The rest of the body may still come; it is not the next request.
	c.Header("Connection", "close")
	h.refuse(c, unfinished(err))
	return nil
}

func unfinished(err error) *fault.Fault {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.Caused(fault.Malformed, "the body did not arrive in time", err)
	}
	return fault.Caused(fault.Malformed, "the body ended early", err)
}

// isJSON compares the media type and leaves its parameters alone.
func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), jsonType)
}

// refuseUnread answers before the body is read. What is left of a small body the
// HTTP server takes in by itself. A large one ends the connection, but the client
// may finish writing: it would otherwise see a reset instead of the reply.
func (h *handlers) refuseUnread(c *gin.Context, refused *fault.Fault) {
	if length := c.Request.ContentLength; length >= 0 && length <= drainedByServer {
		h.refuse(c, refused)
		return
	}
	control := http.NewResponseController(c.Writer)
	// Without this the reply would wait for the body. HTTP/1 has it always.
	if err := control.EnableFullDuplex(); err != nil {
		h.log.DebugContext(c, "no full duplex", "cause", err)
	}
	c.Header("Connection", "close")
	h.refuse(c, refused)
	if err := control.Flush(); err != nil {
		return
	}
	// The read timeout bounds this too.
	_, _ = io.CopyN(io.Discard, c.Request.Body, lingerBytes)
}
