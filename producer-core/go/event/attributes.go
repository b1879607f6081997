package event

import (
	"strconv"
	"strings"
)

// Attributes are updatedAttributes as JSON text, with the rule they break.
type Attributes struct {
	JSON string
	// Breach says which rule is broken; empty when all are kept.
	Breach string
}

// NewAttributes checks the rules on the text of a JSON object. The text must be
// valid JSON: the wire that parsed or wrote it vouches for that. It stays as it
// is, but for numbers that a double can hold and PostgreSQL's numeric may not,
// such as 0e99999 or one of twenty thousand decimal places: these become the
// double that they denote.
func NewAttributes(json string) Attributes {
	walk := walk{text: json}
	for walk.breach == "" && walk.at < len(json) {
		walk.step()
	}
	if walk.breach != "" {
		return Attributes{JSON: json, Breach: walk.breach}
	}
	return Attributes{JSON: walk.result()}
}

// walk goes through the text token by token.
type walk struct {
	text   string
	at     int
	depth  int
	breach string
	// rewritten holds text[:copied] with some numbers replaced.
	rewritten []byte
	copied    int
}

func (w *walk) step() {
	switch c := w.text[w.at]; {
	case c == '"':
		w.skipString()
	case c == '-' || c >= '0' && c <= '9':
		w.number()
	case c == '{' || c == '[':
		w.at++
		if w.depth++; w.depth > MaxAttributesDepth {
			w.breach = "must be at most " + strconv.Itoa(MaxAttributesDepth) + " levels deep"
		}
	case c == '}' || c == ']':
		w.at++
		w.depth--
	default:
		w.at++
	}
}

// skipString goes behind the closing quote and looks for an escaped NUL.
func (w *walk) skipString() {
	w.at++
	for w.at < len(w.text) {
		next := strings.IndexAny(w.text[w.at:], `"\`)
		if next < 0 {
			w.at = len(w.text)
			return
		}
		w.at += next
		if w.text[w.at] == '"' {
			w.at++
			return
		}
		if strings.HasPrefix(w.text[w.at:], `\u0000`) {
			w.breach = nulDetail
		}
		w.at += len(`\"`)
	}
}

// plainDigits is a length in which no literal without an exponent can leave the
// range of a double, so that the common number is not parsed at all.
const plainDigits = 300

func (w *walk) number() {
	begin := w.at
	plain := true
	for w.at < len(w.text) && strings.IndexByte("0123456789.eE+-", w.text[w.at]) >= 0 {
		plain = plain && w.text[w.at]|0x20 != 'e'
		w.at++
	}
	literal := w.text[begin:w.at]
	if plain && len(literal) <= plainDigits {
		return
	}
	double, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		w.breach = "must hold only numbers that fit an IEEE 754 double"
		return
	}
	w.rewritten = append(w.rewritten, w.text[w.copied:begin]...)
	w.rewritten = strconv.AppendFloat(w.rewritten, double, 'g', -1, 64)
	w.copied = w.at
}

func (w *walk) result() string {
	if w.copied == 0 {
		return w.text
	}
	return string(w.rewritten) + w.text[w.copied:]
}
