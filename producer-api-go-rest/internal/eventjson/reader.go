package eventjson

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"producer-core/event"
)

// reader reads JSON values of known types from one text.
type reader struct {
	tokens *jsontext.Decoder
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
	return r.enclosed(jsontext.KindBeginObject, jsontext.KindEndObject, what+" must be an object", func() error {
		name, err := r.tokens.ReadValue()
		if err != nil {
			return err
		}
		return member(unquoteName(name))
	})
}

// array calls element before each element, which must read it.
func (r *reader) array(what string, element func() error) error {
	return r.enclosed(jsontext.KindBeginArray, jsontext.KindEndArray, what+" must be an array", element)
}

func (r *reader) enclosed(open, closing jsontext.Kind, wrong string, each func() error) error {
	if err := r.expect(open, wrong); err != nil {
		return err
	}
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
func (r *reader) expect(kind jsontext.Kind, wrong string) error {
	switch r.tokens.PeekKind() {
	case kind:
		return nil
	case jsontext.KindInvalid:
		// Reading on gives the parser's error.
		return r.tokens.SkipValue()
	default:
		return refusal(wrong)
	}
}

// text reads a string.
func (r *reader) text(name string) (string, error) {
	if err := r.expect(jsontext.KindString, name+" must be a string"); err != nil {
		return "", err
	}
	literal, err := r.tokens.ReadValue()
	if err != nil {
		return "", err
	}
	return unquote(literal)
}

// date reads a string or the literal of a number.
func (r *reader) date(name string) (event.Date, error) {
	if r.tokens.PeekKind() != jsontext.KindNumber {
		text, err := r.text(name)
		return event.Date{Text: text}, err
	}
	literal, err := r.tokens.ReadValue()
	return event.Date{Text: string(literal), Number: true}, err
}

const loneSurrogate = refusal("a string has a lone surrogate")

// attributes keeps the text of an object as it is.
func (r *reader) attributes() (event.Attributes, error) {
	if err := r.expect(jsontext.KindBeginObject, "updatedAttributes must be an object"); err != nil {
		return event.Attributes{}, err
	}
	object, err := r.tokens.ReadValue()
	if err != nil {
		return event.Attributes{}, err
	}
	// Only an escape can bring a surrogate in; IsValid refuses one without its pair.
	if bytes.Contains(object, []byte(`\u`)) && !object.IsValid(jsontext.AllowDuplicateNames(true)) {
		return event.Attributes{}, loneSurrogate
	}
	return event.NewAttributes(string(object)), nil
}

func unquote(literal []byte) (string, error) {
	if bytes.IndexByte(literal, '\\') < 0 {
		return string(literal[1 : len(literal)-1]), nil
	}
	text, err := jsontext.AppendUnquote(nil, literal)
	if err != nil {
		return "", loneSurrogate
	}
	return string(text), nil
}

// unquoteName gives a member's name. One with a lone surrogate comes out with a
// replacement character, which is no name that we know.
func unquoteName(literal []byte) string {
	if bytes.IndexByte(literal, '\\') < 0 {
		return string(literal[1 : len(literal)-1])
	}
	text, _ := jsontext.AppendUnquote(nil, literal)
	return string(text)
}
