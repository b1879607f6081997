package server

import (
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/types/known/structpb"

	"producer-core/event"
)

// attributes writes a Struct as the JSON that REST would have been sent, so that
// both wires go through the same rules and give equal rows.
func attributes(object *structpb.Struct) event.Optional[event.Attributes] {
	if object == nil {
		return event.Optional[event.Attributes]{}
	}
	var write writer
	write.object(object)
	checked := event.NewAttributes(string(write.json))
	if write.breach != "" {
		checked.Breach = write.breach
	}
	return event.Some(checked)
}

// writer collects the text. The codec bounds how deep a Struct can be.
type writer struct {
	json []byte
	// breach is what JSON has no words for.
	breach string
}

func (w *writer) object(object *structpb.Struct) {
	w.json = append(w.json, '{')
	first := true
	for name, value := range object.GetFields() {
		if !first {
			w.json = append(w.json, ',')
		}
		first = false
		w.text(name)
		w.json = append(w.json, ':')
		w.value(value)
	}
	w.json = append(w.json, '}')
}

func (w *writer) list(list *structpb.ListValue) {
	w.json = append(w.json, '[')
	for at, value := range list.GetValues() {
		if at > 0 {
			w.json = append(w.json, ',')
		}
		w.value(value)
	}
	w.json = append(w.json, ']')
}

func (w *writer) value(value *structpb.Value) {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_NullValue:
		w.json = append(w.json, "null"...)
	case *structpb.Value_BoolValue:
		w.json = strconv.AppendBool(w.json, kind.BoolValue)
	case *structpb.Value_NumberValue:
		w.number(kind.NumberValue)
	case *structpb.Value_StringValue:
		w.text(kind.StringValue)
	case *structpb.Value_StructValue:
		w.object(kind.StructValue)
	case *structpb.Value_ListValue:
		w.list(kind.ListValue)
	default:
		w.breach = "must not hold a Value without a kind"
		w.json = append(w.json, "null"...)
	}
}

// number writes the shortest text that gives the same double again, without an
// exponent where people would write none.
func (w *writer) number(number float64) {
	if math.IsNaN(number) || math.IsInf(number, 0) {
		w.breach = "must hold only finite numbers"
		number = 0
	}
	format := byte('f')
	if size := math.Abs(number); size != 0 && (size < 1e-6 || size >= 1e21) {
		format = 'e'
	}
	w.json = strconv.AppendFloat(w.json, number, format, -1, 64)
}

func (w *writer) text(text string) {
	// The only error is invalid UTF-8, which no parsed message contains.
	w.json, _ = jsontext.AppendQuote(w.json, text)
}
