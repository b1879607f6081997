package eventjson

import (
	"bytes"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"producer-core/event"
)

// reader reads JSON values of known types from one text.
type reader struct {
	tokens *jsontext.Decoder
	// input is what tokens reads from. Strings are cut from text, which is the same:
	// one copy of an event instead of one for each of its strings.
	input bytes.Buffer
	text  string
}

var readers = sync.Pool{New: func() any { return &reader{tokens: new(jsontext.Decoder)} }}

func acquireReader(body []byte, text string) *reader {
	r := readers.Get().(*reader)
	r.input = *bytes.NewBuffer(body)
	r.text = text
	r.tokens.Reset(&r.input, options...)
	return r
}

// release lets go of the body.
func (r *reader) release() {
	r.input, r.text = bytes.Buffer{}, ""
	r.tokens.Reset(&r.input)
	readers.Put(r)
}

// optional reads null as "absent" and anything else with the given function.
func optional[T any](r *reader, read func() (T, error)) (event.Optional[T], error) {
	if r.tokens.PeekKind() == jsontext.KindNull {
		return event.Optional[T]{}, r.tokens.SkipValue()
	}
	value, err := read()
	return event.Optional[T]{Value: value, Present: err == nil}, err
}

// object reads the members of an object: member is called for each name and must
// read or skip the value. what names the object where it is none.
func (r *reader) object(what string, member func(name string) error) error {
	if err := r.expect(jsontext.KindBeginObject, what, "an object"); err != nil {
		return err
	}
	return r.enclosed(jsontext.KindEndObject, func() error {
		literal, err := r.literal()
		if err != nil {
			return err
		}
		return member(unquoteName(literal))
	})
}

// array calls element before each element, which must read it.
func (r *reader) array(what string, element func() error) error {
	if err := r.expect(jsontext.KindBeginArray, what, "an array"); err != nil {
		return err
	}
	return r.enclosed(jsontext.KindEndArray, element)
}

func (r *reader) enclosed(closing jsontext.Kind, each func() error) error {
	if _, err := r.tokens.ReadToken(); err != nil {
		return err
	}
	// Where the text is broken PeekKind is neither, and each meets the error.
	for r.tokens.PeekKind() != closing {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := r.tokens.ReadToken()
	return err
}

// expect looks at the next value and refuses it when it is of another kind.
func (r *reader) expect(kind jsontext.Kind, what, want string) error {
	switch r.tokens.PeekKind() {
	case kind:
		return nil
	case jsontext.KindInvalid:
		// Reading on gives the parser's error.
		return r.tokens.SkipValue()
	default:
		return refusal(what + " must be " + want)
	}
}

// literal reads a value as it is written.
func (r *reader) literal() (string, error) {
	value, err := r.tokens.ReadValue()
	if err != nil {
		return "", err
	}
	end := int(r.tokens.InputOffset())
	return r.text[end-len(value) : end], nil
}

// string reads a string.
func (r *reader) string(name string) (string, error) {
	if err := r.expect(jsontext.KindString, name, "a string"); err != nil {
		return "", err
	}
	literal, err := r.literal()
	if err != nil {
		return "", err
	}
	return unquote(literal)
}

// date reads a string or the literal of a number.
func (r *reader) date(name string) (event.Date, error) {
	if r.tokens.PeekKind() != jsontext.KindNumber {
		text, err := r.string(name)
		return event.Date{Text: text}, err
	}
	literal, err := r.literal()
	return event.Date{Text: literal, Number: true}, err
}

const loneSurrogate = refusal("a string has a lone surrogate")

// attributes keeps the text of an object as it is.
func (r *reader) attributes() (event.Attributes, error) {
	if err := r.expect(jsontext.KindBeginObject, "updatedAttributes", "an object"); err != nil {
		return event.Attributes{}, err
	}
	object, err := r.literal()
	if err != nil {
		return event.Attributes{}, err
	}
	// Only an escape can bring a surrogate in; IsValid refuses one without its pair.
	if strings.Contains(object, `\u`) && !jsontext.Value(object).IsValid(jsontext.AllowDuplicateNames(true)) {
		return event.Attributes{}, loneSurrogate
	}
	return event.NewAttributes(object), nil
}

func unquote(literal string) (string, error) {
	if strings.IndexByte(literal, '\\') < 0 {
		return literal[1 : len(literal)-1], nil
	}
	text, err := jsontext.AppendUnquote(nil, literal)
	if err != nil {
		return "", loneSurrogate
	}
	return string(text), nil
}

// unquoteName gives a member's name. One with a lone surrogate comes out with a
// replacement character, which is no name that we know.
func unquoteName(literal string) string {
	if strings.IndexByte(literal, '\\') < 0 {
		return literal[1 : len(literal)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, literal)
	return string(text)
}
