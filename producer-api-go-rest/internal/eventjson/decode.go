// Package eventjson reads events from JSON. It decides what is malformed; whether
// an event keeps the rules is for package event.
//
// encoding/json would not do: it matches member names without regard to case and
// replaces invalid UTF-8 and lone surrogates without a word.
package eventjson

import (
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"producer-core/event"
	"producer-core/fault"
	"producer-core/ingest"
)

// MaxDepth is how deep a body may be nested, its root being the first level.
const MaxDepth = 64

// The options keep what is none of our business out of the way: duplicate names are
// outside the contract, and a lone surrogate in an unknown field is ignored with
// it. Invalid UTF-8 is refused for the whole body beforehand, and a lone surrogate
// in a known field where its string is read.
var options = []jsontext.Options{
	jsontext.AllowDuplicateNames(true),
	jsontext.AllowInvalidUTF8(true),
}

// Decode reads one event. The fault is malformed.
func Decode(body []byte) (event.Draft, *fault.Fault) {
	if refused := checkText(body); refused != nil {
		return event.Draft{}, refused
	}
	return decodeEvent(body)
}

// DecodeBatch reads an array of events. An element that is no event carries its
// fault; the fault of the whole is malformed, when the body is no JSON array.
func DecodeBatch(body []byte) ([]ingest.Element, *fault.Fault) {
	if refused := checkText(body); refused != nil {
		return nil, refused
	}
	var batch []ingest.Element
	// The array itself holds no strings; each element is copied on its own.
	err := decode(body, "", func(read *reader) error {
		return read.array("the body", func() error {
			element, err := read.tokens.ReadValue()
			// One more than allowed tells that there are too many.
			if err == nil && len(batch) <= ingest.MaxBatch {
				draft, refused := decodeEvent(element)
				batch = append(batch, ingest.Element{Draft: draft, Fault: refused})
			}
			return err
		})
	})
	if err != nil {
		return nil, malformed(err)
	}
	return batch, nil
}

// checkText refuses what no part of a body may contain.
func checkText(body []byte) *fault.Fault {
	switch {
	case len(body) == 0:
		return fault.New(fault.Malformed, "the body is empty")
	case !utf8.Valid(body):
		return fault.New(fault.Malformed, "the body is not valid UTF-8")
	case deeperThan(body, MaxDepth):
		return fault.New(fault.Malformed, "the body is nested deeper than 64 levels")
	}
	return nil
}

// deeperThan counts brackets outside strings. On a text that is not JSON it may
// count wrongly; such a text is refused in any case.
func deeperThan(text []byte, limit int) bool {
	depth, inString := 0, false
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '"':
			inString = !inString
		case '\\':
			// Outside a string a backslash is an error, whatever follows.
			at++
		case '{', '[':
			if inString {
				continue
			}
			if depth++; depth > limit {
				return true
			}
		case '}', ']':
			if !inString {
				depth--
			}
		}
	}
	return false
}

func decodeEvent(text []byte) (event.Draft, *fault.Fault) {
	var draft event.Draft
	err := decode(text, string(text), func(read *reader) error { return read.event(&draft) })
	if err != nil {
		return event.Draft{}, malformed(err)
	}
	return draft, nil
}

// decode reads one value with the given function, and wants nothing but white
// space after it.
func decode(body []byte, text string, value func(*reader) error) error {
	read := acquireReader(body, text)
	defer read.release()
	if err := value(read); err != nil {
		return err
	}
	if _, err := read.tokens.ReadToken(); !errors.Is(err, io.EOF) {
		return refusal("there is more after the end of the JSON value")
	}
	return nil
}

// refusal is what this package itself has against a text that is JSON.
type refusal string

func (r refusal) Error() string { return string(r) }

// malformed words an error for the caller; what the parser says is for the log.
func malformed(err error) *fault.Fault {
	var own refusal
	if errors.As(err, &own) {
		return fault.New(fault.Malformed, own.Error())
	}
	return fault.Caused(fault.Malformed, "the body is not valid JSON", err)
}
