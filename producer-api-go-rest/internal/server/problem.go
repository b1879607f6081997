package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/render"

	"producer-core/fault"
)

// status is the one table from faults to HTTP; contract/faults.yaml has the same.
func status(kind fault.Kind) int {
	switch kind {
	case fault.Malformed, fault.InvalidEvent:
		return http.StatusBadRequest
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.UnsupportedMedia:
		return http.StatusUnsupportedMediaType
	case fault.NotFound:
		return http.StatusNotFound
	case fault.MethodNotAllowed:
		return http.StatusMethodNotAllowed
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// problem is a reply of RFC 9457.
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail"`
	Fault  fault.Kind   `json:"fault"`
	Errors []fieldError `json:"errors,omitempty"`
}

type fieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// refuse answers with the fault and logs it with its cause.
func (h *handlers) refuse(c *gin.Context, refused *fault.Fault) {
	h.logFault(c, refused, 1)
	code := status(refused.Kind)
	reply := problem{
		Type:   "about:blank",
		Title:  refused.Kind.Title(),
		Status: code,
		Detail: refused.Detail,
		Fault:  refused.Kind,
	}
	for _, field := range refused.Fields {
		reply.Errors = append(reply.Errors, fieldError{field.Path, field.Detail})
	}
	if refused.Kind == fault.Unavailable {
		c.Header("Retry-After", "1")
	}
	c.Header("Content-Type", "application/problem+json")
	c.Abort()
	c.Render(code, render.JSON{Data: reply})
}

func (h *handlers) logFault(c *gin.Context, refused *fault.Fault, events int) {
	level := slog.LevelError
	if refused.Kind.CallerAtFault() {
		level = slog.LevelInfo
	}
	if errors.Is(refused.Cause, context.Canceled) {
		// The caller left while it waited; nothing here is wrong.
		level = slog.LevelDebug
	}
	attributes := []slog.Attr{
		slog.String("fault", string(refused.Kind)),
		slog.String("detail", refused.Detail),
		slog.String("path", c.Request.URL.Path),
	}
	if events > 1 {
		attributes = append(attributes, slog.Int("events", events))
	}
	if refused.Cause != nil {
		attributes = append(attributes, slog.String("cause", refused.Cause.Error()))
	}
	h.log.LogAttrs(c, level, "request failed", attributes...)
}

// recoverPanic keeps one request's bug from ending the service.
func (h *handlers) recoverPanic(c *gin.Context) {
	defer func() {
		bug := recover()
		if bug == nil {
			return
		}
		cause := fmt.Errorf("panic: %v\n%s", bug, debug.Stack())
		failed := fault.Caused(fault.Internal, "the request could not be processed", cause)
		if c.Writer.Written() {
			h.logFault(c, failed, 1)
			return
		}
		h.refuse(c, failed)
	}()
	c.Next()
}

func tooLarge(limit int64) *fault.Fault {
	return fault.New(fault.TooLarge, fmt.Sprintf("the body is larger than %d bytes", limit))
}
