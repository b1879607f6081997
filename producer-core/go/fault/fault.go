// Package fault is the closed list of contract/faults.yaml. A wire translates a
// fault by one table; the cause is for the log and never for the caller.
package fault

import (
	"fmt"
	"strings"
)

// Kind is the word a caller sees.
type Kind string

// The whole list; a test compares it with contract/faults.yaml.
const (
	Malformed        Kind = "malformed"
	InvalidEvent     Kind = "invalid_event"
	TooLarge         Kind = "too_large"
	UnsupportedMedia Kind = "unsupported_media"
	NotFound         Kind = "not_found"
	MethodNotAllowed Kind = "method_not_allowed"
	Unavailable      Kind = "unavailable"
	Internal         Kind = "internal"
)

// Kinds gives the list in the order of the file.
func Kinds() []Kind {
	return []Kind{
		Malformed, InvalidEvent, TooLarge, UnsupportedMedia,
		NotFound, MethodNotAllowed, Unavailable, Internal,
	}
}

// Title gives the words for people that stand for the kind, and those of
// Internal for a kind that is not on the list.
func (k Kind) Title() string {
	switch k {
	case Malformed:
		return "Malformed request"
	case InvalidEvent:
		return "Invalid event"
	case TooLarge:
		return "Body too large"
	case UnsupportedMedia:
		return "Unsupported media type"
	case NotFound:
		return "Not found"
	case MethodNotAllowed:
		return "Method not allowed"
	case Unavailable:
		return "Service unavailable"
	case Internal:
	}
	return "Internal error"
}

// CallerAtFault is true where repeating the same request cannot help.
func (k Kind) CallerAtFault() bool {
	return k != Unavailable && k != Internal
}

// Field is one broken field, in the spelling of REST.
type Field struct {
	Path   string
	Detail string
}

// Fault is why a request failed.
type Fault struct {
	Kind Kind
	// Detail is shown to the caller: what is wrong and where, never SQL, a stack
	// or a driver's words.
	Detail string
	// Fields names every broken field of an invalid event.
	Fields []Field
	// Cause is for the log alone.
	Cause error
}

// New makes a fault without a cause beyond the request itself.
func New(kind Kind, detail string) *Fault {
	return &Fault{Kind: kind, Detail: detail}
}

// Caused makes a fault whose cause goes to the log.
func Caused(kind Kind, detail string, cause error) *Fault {
	return &Fault{Kind: kind, Detail: detail, Cause: cause}
}

// Invalid makes the invalid_event that names the broken fields; there is at
// least one.
func Invalid(fields []Field) *Fault {
	detail := fields[0].Path + " " + fields[0].Detail
	if more := len(fields) - 1; more > 0 {
		detail = fmt.Sprintf("%s (and %d more)", detail, more)
	}
	return &Fault{Kind: InvalidEvent, Detail: detail, Fields: fields}
}

// Error gives kind, detail and cause on one line, for the log.
func (f *Fault) Error() string {
	var line strings.Builder
	line.WriteString(string(f.Kind))
	line.WriteString(": ")
	line.WriteString(f.Detail)
	if f.Cause != nil {
		line.WriteString(": ")
		line.WriteString(f.Cause.Error())
	}
	return line.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }
