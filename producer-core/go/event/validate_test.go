package event_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"producer-core/event"
	"producer-core/fault"
)

// valid is an event that keeps every rule, for a test to break one.
func valid() event.Draft {
	return event.Draft{
		Header: event.Some(event.Header{EventName: event.Some("LoanCreated")}),
		Body:   event.Some(event.Body{Entities: event.Some(entities(loan("1", `{}`)))}),
	}
}

func entities(drafts ...event.DraftEntity) event.Entities {
	var all event.Entities
	for _, draft := range drafts {
		all.Append(draft)
	}
	return all
}

func loan(id, attributes string) event.DraftEntity {
	return event.DraftEntity{
		Type:       event.Some("Loan"),
		ID:         event.Some(id),
		Attributes: event.Some(event.NewAttributes(attributes)),
	}
}

func repeated(count int) event.Entities {
	var all event.Entities
	for range count {
		all.Append(loan("1", `{}`))
	}
	return all
}

// Each rule from both sides of its limit; broken is what must be named.
func TestValidateNamesEveryBrokenField(t *testing.T) {
	const first = "eventBody.entities[0]"
	tests := []struct {
		name   string
		change func(*event.Draft)
		broken []string
	}{
		{"a valid event", func(*event.Draft) {}, nil},
		{"no header", func(d *event.Draft) { d.Header = event.Optional[event.Header]{} }, []string{"eventHeader"}},
		{"no body", func(d *event.Draft) { d.Body = event.Optional[event.Body]{} }, []string{"eventBody"}},
		{"nothing", func(d *event.Draft) { *d = event.Draft{} }, []string{"eventHeader", "eventBody"}},
		{"no name", header(func(h *event.Header) { h.EventName = event.Optional[string]{} }), []string{"eventHeader.eventName"}},
		{"empty name", eventName(""), []string{"eventHeader.eventName"}},
		{"blank name", eventName(" \t\u00a0\u2003\u3000\u0085"), []string{"eventHeader.eventName"}},
		{"zero-width space is not blank", eventName("\u200b"), nil},
		{"255 characters", eventName(strings.Repeat("é", 255)), nil},
		{"256 characters", eventName(strings.Repeat("é", 256)), []string{"eventHeader.eventName"}},
		{"nothing is trimmed", eventName(strings.Repeat("a", 255) + " "), []string{"eventHeader.eventName"}},
		{"NUL in a name", eventName("a\x00b"), []string{"eventHeader.eventName"}},
		{"empty event type", eventType(""), nil},
		{"NUL in an event type", eventType("\x00"), []string{"eventHeader.eventType"}},
		{"no entities", body(func(b *event.Body) { b.Entities = event.Optional[event.Entities]{} }), []string{"eventBody.entities"}},
		{"0 entities", entityList(event.Entities{}), []string{"eventBody.entities"}},
		{"100 entities", entityList(repeated(100)), nil},
		{"101 entities", entityList(repeated(101)), []string{"eventBody.entities"}},
		{"a null entity", entityList(entities(event.DraftEntity{Null: true})), []string{first}},
		{"an empty entity", entityList(entities(event.DraftEntity{})),
			[]string{first + ".entityType", first + ".entityId", first + ".updatedAttributes"}},
		{"type of 100", entity(func(e *event.DraftEntity) { e.Type.Value = strings.Repeat("x", 100) }), nil},
		{"type of 101", entity(func(e *event.DraftEntity) { e.Type.Value = strings.Repeat("x", 101) }), []string{first + ".entityType"}},
		{"blank type", entity(func(e *event.DraftEntity) { e.Type.Value = " " }), []string{first + ".entityType"}},
		{"id of 255", entity(func(e *event.DraftEntity) { e.ID.Value = strings.Repeat("😀", 255) }), nil},
		{"id of 256", entity(func(e *event.DraftEntity) { e.ID.Value = strings.Repeat("😀", 256) }), []string{first + ".entityId"}},
		{"NUL in an id", entity(func(e *event.DraftEntity) { e.ID.Value = "a\x00" }), []string{first + ".entityId"}},
		{"no attributes", entity(func(e *event.DraftEntity) { e.Attributes = event.Optional[event.Attributes]{} }), []string{first + ".updatedAttributes"}},
		{"the second entity", entityList(entities(loan("1", `{}`), loan("", `{}`))), []string{"eventBody.entities[1].entityId"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			draft := valid()
			test.change(&draft)
			_, refused := draft.Validate()
			assertBroken(t, refused, test.broken)
		})
	}
}

func assertBroken(t *testing.T, refused *fault.Fault, broken []string) {
	t.Helper()
	named := map[string]bool{}
	if refused != nil {
		if refused.Kind != fault.InvalidEvent {
			t.Errorf("kind is %q", refused.Kind)
		}
		for _, field := range refused.Fields {
			named[field.Path] = true
		}
	}
	if len(named) != len(broken) {
		t.Fatalf("named %v, want %v", named, broken)
	}
	for _, path := range broken {
		if !named[path] {
			t.Errorf("named %v, want %v", named, broken)
		}
	}
}

func header(change func(*event.Header)) func(*event.Draft) {
	return func(d *event.Draft) { change(&d.Header.Value) }
}

func eventName(name string) func(*event.Draft) {
	return header(func(h *event.Header) { h.EventName = event.Some(name) })
}

func eventType(text string) func(*event.Draft) {
	return header(func(h *event.Header) { h.EventType = event.Some(text) })
}

func body(change func(*event.Body)) func(*event.Draft) {
	return func(d *event.Draft) { change(&d.Body.Value) }
}

func entityList(list event.Entities) func(*event.Draft) {
	return body(func(b *event.Body) { b.Entities = event.Some(list) })
}

func entity(change func(*event.DraftEntity)) func(*event.Draft) {
	return func(d *event.Draft) { change(&d.Body.Value.Entities.Value.Kept[0]) }
}

func TestUUID(t *testing.T) {
	tests := map[string]bool{
		"550e8400-e29b-41d4-a716-446655440000":   true,
		"550E8400-E29B-41D4-A716-44665544000F":   true,
		"00000000-0000-0000-0000-000000000000":   true,
		"":                                       false,
		"550e8400e29b41d4a716446655440000":       false,
		"{550e8400-e29b-41d4-a716-446655440000}": false,
		"550e8400-e29b-41d4-a716-44665544000":    false,
		"550e8400-e29b-41d4-a716-44665544000g":   false,
		"550e8400-e29b-41d4-a7164-46655440000":   false,
	}
	for text, good := range tests {
		draft := valid()
		draft.Header.Value.UUID = event.Some(text)
		if _, refused := draft.Validate(); (refused == nil) != good {
			t.Errorf("%q: %v", text, refused)
		}
	}
}

var dates = []struct {
	date event.Date
	good bool
}{
	{event.Date{Text: "2024-01-15T10:30:00Z"}, true},
	{event.Date{Text: "2024-01-15t10:30:00z"}, true},
	{event.Date{Text: "2024-01-15T10:30:00.1+23:59"}, true},
	{event.Date{Text: "2024-01-15T10:30:00.123456789-00:00"}, true},
	{event.Date{Text: "2024-02-29T00:00:00Z"}, true},
	{event.Date{Text: "2000-02-29T00:00:00Z"}, true},
	{event.Date{Text: "1900-02-29T00:00:00Z"}, false},
	{event.Date{Text: "2024-02-30T00:00:00Z"}, false},
	{event.Date{Text: "2024-01-32T00:00:00Z"}, false},
	{event.Date{Text: "2024-01-00T00:00:00Z"}, false},
	{event.Date{Text: "2024-12-31T00:00:00Z"}, true},
	{event.Date{Text: "0001-01-01T00:00:00Z"}, true},
	{event.Date{Text: "9999-12-31T23:59:59Z"}, true},
	{event.Date{Text: "0"}, true},
	{event.Date{Text: "000000000000000"}, true},
	{event.Date{Text: "999999999999999"}, true},
	{event.Date{Text: "0", Number: true}, true},
	{event.Date{Text: "999999999999999", Number: true}, true},

	{event.Date{Text: ""}, false},
	{event.Date{Text: "2024-01-15"}, false},
	{event.Date{Text: "2024-01-15 10:30:00Z"}, false},
	{event.Date{Text: "2024-01-15T10:30:00"}, false},
	{event.Date{Text: "2024-01-15T10:30Z"}, false},
	{event.Date{Text: "2024-01-15T10:30:60Z"}, false},
	{event.Date{Text: "2024-01-15T24:00:00Z"}, false},
	{event.Date{Text: "2024-01-15T10:60:00Z"}, false},
	{event.Date{Text: "2024-01-15T10:30:00.Z"}, false},
	{event.Date{Text: "2024-01-15T10:30:00,1Z"}, false},
	{event.Date{Text: "2024-01-15T10:30:00.1234567890Z"}, false},
	{event.Date{Text: "2024-01-15T10:30:00+24:00"}, false},
	{event.Date{Text: "2024-01-15T10:30:00+00:60"}, false},
	{event.Date{Text: "2024-01-15T10:30:00+0000"}, false},
	{event.Date{Text: "2024-01-15T10:30:00+00"}, false},
	{event.Date{Text: "2024-01-15T10:30:00Z "}, false},
	{event.Date{Text: "2023-02-29T00:00:00Z"}, false},
	{event.Date{Text: "2024-04-31T00:00:00Z"}, false},
	{event.Date{Text: "2024-13-01T00:00:00Z"}, false},
	{event.Date{Text: "2024-00-10T00:00:00Z"}, false},
	{event.Date{Text: "0000-01-01T00:00:00Z"}, false},
	{event.Date{Text: "+2024-01-15T10:30:00Z"}, false},
	{event.Date{Text: "1000000000000000"}, false},
	{event.Date{Text: "-1"}, false},
	{event.Date{Text: "+1"}, false},
	{event.Date{Text: "1.5"}, false},
	{event.Date{Text: "١٢٣"}, false},
	{event.Date{Text: "1000000000000000", Number: true}, false},
	{event.Date{Text: "-1", Number: true}, false},
	{event.Date{Text: "-0", Number: true}, false},
	{event.Date{Text: "1.0", Number: true}, false},
	{event.Date{Text: "1e3", Number: true}, false},
}

func TestDate(t *testing.T) {
	for _, test := range dates {
		draft := valid()
		draft.Header.Value.CreatedDate = event.Some(test.date)
		draft.Header.Value.SavedDate = event.Some(test.date)
		_, refused := draft.Validate()
		if test.good {
			assertBroken(t, refused, nil)
			continue
		}
		if refused == nil {
			t.Errorf("%+v was taken", test.date)
			continue
		}
		assertBroken(t, refused, []string{"eventHeader.createdDate", "eventHeader.savedDate"})
	}
}

func TestAttributes(t *testing.T) {
	tests := []struct {
		name, json string
		good       bool
	}{
		{"empty", `{}`, true},
		{"20 levels", strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20), true},
		{"21 levels", strings.Repeat(`{"a":`, 21) + "1" + strings.Repeat("}", 21), false},
		{"arrays count", `{"a":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "}", false},
		{"siblings do not", `{"a":[` + strings.Repeat(`[],`, 40) + `[]]}`, true},
		{"brackets in strings do not", `{"a":"` + strings.Repeat(`[{\"`, 40) + `"}`, true},
		{"NUL in a value", `{"a":"x\u0000"}`, false},
		{"NUL in a key", `{"a\u0000":1}`, false},
		{"NUL in depth", `{"a":[{"b":["\u0000"]}]}`, false},
		{"an escaped backslash before u0000", `{"a":"\\u0000"}`, true},
		{"two escaped backslashes and NUL", `{"a":"\\\u0000"}`, false},
		{"largest double", `{"a":1.7976931348623157e308}`, true},
		{"beyond a double", `{"a":1e400}`, false},
		{"beyond a double, negative", `{"a":[-1E+400]}`, false},
		{"beyond a double, in digits", `{"a":1` + strings.Repeat("0", 309) + `}`, false},
		{"308 zeros", `{"a":1` + strings.Repeat("0", 308) + `}`, true},
		{"rounds to zero", `{"a":1e-400}`, true},
		{"more places than numeric has", `{"a":1e-20000}`, true},
		{"a zero with an endless exponent", `{"a":0e99999999999999999999}`, true},
		{"minus zero", `{"a":-0}`, true},
		{"1e400 in a string", `{"a":"1e400"}`, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			attributes := event.NewAttributes(test.json)
			if (attributes.Breach == "") != test.good {
				t.Errorf("breach: %q", attributes.Breach)
			}
			draft := valid()
			draft.Body.Value.Entities = event.Some(entities(loan("1", test.json)))
			_, refused := draft.Validate()
			if test.good {
				assertBroken(t, refused, nil)
			} else {
				assertBroken(t, refused, []string{"eventBody.entities[0].updatedAttributes"})
			}
		})
	}
}

func TestOnlyNumbersThatADatabaseMayRefuseAreRewritten(t *testing.T) {
	tests := map[string]string{
		`{ "a": 24439.75, "b":-0, "c":[1.50,9007199254740992], "d":"1e3 \" 1e4" }`: `{ "a": 24439.75, "b":-0, "c":[1.50,9007199254740992], "d":"1e3 \" 1e4" }`,
		`{"a":0e99999, "b":[1e3,1E-400],"c":7}`:                                    `{"a":0, "b":[1000,0],"c":7}`,
		`{"a":1.` + strings.Repeat("0", 20000) + `}`:                               `{"a":1}`,
		`{"a":-1.5e-7}`: `{"a":-1.5e-07}`,
	}
	for text, want := range tests {
		if got := event.NewAttributes(text); got.JSON != want || got.Breach != "" {
			t.Errorf("%.60s became %+v", text, got)
		}
	}
}

func TestRepeatedEntitiesAreFoldedInOrder(t *testing.T) {
	draft := valid()
	draft.Body.Value.Entities = event.Some(entities(
		loan("1", ` {"a":1,"b":{"c":1}} `),
		loan("2", `{}`),
		loan("1", "{ }"),
		loan("1", "{\n\"b\":2 }"),
		loan("2", `{"z":1}`),
	))
	folded, refused := draft.Validate()
	if refused != nil {
		t.Fatal(refused)
	}
	want := []event.Entity{
		{Type: "Loan", ID: "1", Attributes: `{"a":1,"b":{"c":1},"b":2}`},
		{Type: "Loan", ID: "2", Attributes: `{"z":1}`},
	}
	if len(folded.Entities) != len(want) || folded.Entities[0] != want[0] || folded.Entities[1] != want[1] {
		t.Errorf("got %+v", folded.Entities)
	}
}

func TestAMillionEntitiesAreCountedNotKept(t *testing.T) {
	var many event.Entities
	for range 1_000_000 {
		many.Append(event.DraftEntity{})
	}
	if many.Count != 1_000_000 || len(many.Kept) != event.MaxEntities {
		t.Errorf("%d counted, %d kept", many.Count, len(many.Kept))
	}
}

// The calendar is held against the standard library's for every day and some more.
func TestEveryDayOfFourCenturies(t *testing.T) {
	for year := 1890; year <= 2310; year++ {
		for month := 1; month <= 13; month++ {
			for day := 28; day <= 32; day++ {
				text := fmt.Sprintf("%04d-%02d-%02dT00:00:00Z", year, month, day)
				_, err := time.Parse(time.RFC3339, text)
				draft := valid()
				draft.Header.Value.SavedDate = event.Some(event.Date{Text: text})
				if _, refused := draft.Validate(); (refused == nil) != (err == nil) {
					t.Fatalf("%s: %v", text, refused)
				}
			}
		}
	}
}
