package server

import (
	"encoding/json"
	"math"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

func TestAStructBecomesTheJSONThatRESTWouldCarry(t *testing.T) {
	const object = `{"n":null,"b":true,"i":24439,"f":24439.75,"s":"\"\\\n\u0001é😀","l":[1,[],{}],"o":{"a":{"b":false}},"":""}`
	var message structpb.Struct
	if err := message.UnmarshalJSON([]byte(object)); err != nil {
		t.Fatal(err)
	}
	written := attributes(&message)
	if written.Value.Breach != "" {
		t.Fatal(written.Value.Breach)
	}
	var got, want any
	if err := json.Unmarshal([]byte(written.Value.JSON), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(object), &want); err != nil {
		t.Fatal(err)
	}
	gotText, _ := json.Marshal(got)
	wantText, _ := json.Marshal(want)
	if string(gotText) != string(wantText) {
		t.Errorf("%s, want %s", gotText, wantText)
	}
}

func TestNumbersAreShortAndExact(t *testing.T) {
	tests := map[float64]string{
		2: "2", -0.5: "-0.5", 0.1: "0.1", 1705314600000: "1705314600000", 9007199254740992: "9007199254740992",
		1e20: "100000000000000000000", 1e-6: "0.000001", math.Copysign(0, -1): "-0",
	}
	for number, want := range tests {
		var write writer
		write.number(number)
		if string(write.json) != want || write.breach != "" {
			t.Errorf("%v is written %s %s", number, write.json, write.breach)
		}
	}
	for _, number := range []float64{math.MaxFloat64, math.SmallestNonzeroFloat64, 1e21, -1e-7} {
		var write writer
		write.number(number)
		var read float64
		if err := json.Unmarshal(write.json, &read); err != nil || read != number {
			t.Errorf("%v is written %s", number, write.json)
		}
	}
}

func TestWhatJSONHasNoWordsForIsABreach(t *testing.T) {
	for name, value := range map[string]*structpb.Value{
		"NaN":        structpb.NewNumberValue(math.NaN()),
		"infinity":   structpb.NewNumberValue(math.Inf(-1)),
		"no kind":    {},
		"deep in it": structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{{}}}),
		"NUL":        structpb.NewStringValue("a\x00"),
	} {
		message := &structpb.Struct{Fields: map[string]*structpb.Value{"a": value}}
		written := attributes(message)
		if written.Value.Breach == "" || !json.Valid([]byte(written.Value.JSON)) {
			t.Errorf("%s: %+v", name, written)
		}
	}
}

func TestPathsAreSpelledAsInTheProto(t *testing.T) {
	if got := protoPath("eventBody.entities[10].updatedAttributes"); got != "event_body.entities[10].updated_attributes" {
		t.Error(got)
	}
}
