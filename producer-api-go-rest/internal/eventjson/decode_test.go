package eventjson_test

import (
	"strings"
	"testing"

	"producer-api-go-rest/internal/eventjson"
	"producer-core/event"
	"producer-core/fault"
)

// around puts members into an otherwise valid event.
func around(headerMembers, entityMembers string) string {
	return `{"eventHeader":{"eventName":"x"` + headerMembers + `},"eventBody":{"entities":[` +
		`{"entityType":"Loan","entityId":"1","updatedAttributes":{}` + entityMembers + `}]}}`
}

func attributes(object string) string {
	return `{"eventHeader":{"eventName":"x"},"eventBody":{"entities":[` +
		`{"entityType":"Loan","entityId":"1","updatedAttributes":` + object + `}]}}`
}

var valid = around("", "")

var malformed = map[string]string{
	"an empty body":                        "",
	"white space":                          " \n",
	"no JSON":                              "event",
	"half an event":                        valid[:len(valid)-1],
	"a second value":                       valid + " {}",
	"a byte after the end":                 valid + "x",
	"a byte-order mark":                    "\ufeff" + valid,
	"a comment":                            "/**/" + valid,
	"a comma too many":                     strings.Replace(valid, "}]", "},]", 1),
	"single quotes":                        strings.ReplaceAll(valid, `"`, "'"),
	"invalid UTF-8 in a known field":       around(`,"eventType":"`+"\xff"+`"`, ""),
	"invalid UTF-8 in an unknown field":    around(`,"other":"`+"\xc3\x28"+`"`, ""),
	"a raw control character":              around(`,"eventType":"`+"\x01"+`"`, ""),
	"a raw NUL":                            around(`,"eventType":"`+"\x00"+`"`, ""),
	"null":                                 "null",
	"an array":                             "[" + valid + "]",
	"a string":                             `"event"`,
	"a number":                             "1",
	"header: array":                        `{"eventHeader":[],"eventBody":null}`,
	"header: string":                       `{"eventHeader":"x"}`,
	"body: number":                         `{"eventBody":1}`,
	"entities: object":                     `{"eventBody":{"entities":{}}}`,
	"entity: number":                       `{"eventBody":{"entities":[1]}}`,
	"entity: array":                        `{"eventBody":{"entities":[[]]}}`,
	"attributes: array":                    attributes(`[]`),
	"attributes: string":                   attributes(`"{}"`),
	"name: number":                         `{"eventHeader":{"eventName":1}}`,
	"name: true":                           `{"eventHeader":{"eventName":true}}`,
	"uuid: number":                         around(`,"uuid":1`, ""),
	"type: object":                         around(`,"eventType":{}`, ""),
	"date: true":                           around(`,"createdDate":true`, ""),
	"date: object":                         around(`,"savedDate":{}`, ""),
	"date: array":                          around(`,"savedDate":["2024-01-15T10:30:00Z"]`, ""),
	"date: number with a leading zero":     around(`,"savedDate":01`, ""),
	"entity id: number":                    around("", `,"entityId":7`),
	"entity type: null and then wrong":     around("", `,"entityType":[]`),
	"wrong type beside a broken rule":      `{"eventHeader":{"eventName":""},"eventBody":{"entities":7}}`,
	"wrong type in the 101st entity":       `{"eventBody":{"entities":[` + strings.Repeat(`{},`, 100) + `7]}}`,
	"lone high surrogate in a field":       around(`,"eventType":"\ud800"`, ""),
	"lone low surrogate in a field":        around(`,"eventType":"\udc00"`, ""),
	"swapped surrogates":                   around(`,"eventType":"\udc00\ud800"`, ""),
	"lone surrogate in an attribute":       attributes(`{"a":["\uD83D"]}`),
	"lone surrogate in an attribute's key": attributes(`{"\uD83Dx":1}`),
	"NaN":                                  attributes(`{"a":NaN}`),
	"hexadecimal":                          attributes(`{"a":0x1}`),
	"plus sign":                            attributes(`{"a":+1}`),
	"65 levels in an unknown field":        nested(65),
	"100,000 levels":                       strings.Repeat(`{"a":`, 100_000),
	"100,000 levels of arrays":             strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000),
}

func TestMalformed(t *testing.T) {
	for name, body := range malformed {
		t.Run(name, func(t *testing.T) {
			if _, refused := eventjson.Decode([]byte(body)); refused == nil || refused.Kind != fault.Malformed {
				t.Errorf("got %v", refused)
			}
		})
	}
}

// nested gives an event of the given depth, the excess in an unknown member.
func nested(levels int) string {
	inner := levels - 1
	return `{"other":` + strings.Repeat("[", inner) + strings.Repeat("]", inner) + "," + around("", "")[1:]
}

func TestTakenAsSent(t *testing.T) {
	tests := map[string]string{
		"plain":                             around("", ""),
		"white space around":                " \t\r\n" + around("", "") + "\n",
		"unknown members of every type":     around(`,"a":1,"b":"","c":null,"d":[{}],"e":{"f":false}`, `,"z":{"EntityId":[1]}`),
		"other case is unknown":             around(`,"EVENTNAME":7,"eventname":[]`, `,"entitytype":{},"ENTITYID":0`),
		"null for what is optional":         around(`,"uuid":null,"createdDate":null,"savedDate":null,"eventType":null`, ""),
		"lone surrogate in an unknown one":  around(`,"other":"\ud800"`, ""),
		"lone surrogate in an unknown name": around(`,"\ud800":1`, ""),
		"NUL in an unknown one":             around(`,"other":"\u0000","a\u0000":1`, ""),
		"64 levels":                         nested(64),
		"escaped names":                     strings.ReplaceAll(around("", ""), "eventHeader", `\u0065ventHeader`),
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			draft, refused := eventjson.Decode([]byte(body))
			if refused != nil {
				t.Fatal(refused, refused.Cause)
			}
			if _, refused = draft.Validate(); refused != nil {
				t.Error(refused, refused.Fields)
			}
		})
	}
}

func TestStringsAreDecodedAndAttributesKeptAsText(t *testing.T) {
	const object = `{ "n" : 1.50, "e":1000.0, "s":"\ud83d\ude00 \"\\", "u":"\u00e9" }`
	draft, refused := eventjson.Decode([]byte(`{"eventHeader":{"eventName":"\u00e9\ud83d\ude00\n","createdDate":1705314600000},` +
		`"eventBody":{"entities":[{"entityType":"Löan","entityId":"a\"b\\","updatedAttributes":` + object + `}]}}`))
	if refused != nil {
		t.Fatal(refused)
	}
	header := draft.Header.Value
	if header.EventName.Value != "é😀\n" {
		t.Errorf("%q", header.EventName.Value)
	}
	if (header.CreatedDate.Value != event.Date{Text: "1705314600000", Number: true}) {
		t.Errorf("%+v", header.CreatedDate)
	}
	entity := draft.Body.Value.Entities.Value.Kept[0]
	if entity.Type.Value != "Löan" || entity.ID.Value != `a"b\` || entity.Attributes.Value.JSON != object {
		t.Errorf("%+v", entity)
	}
}

func TestBrokenRulesThatOnlyJSONCanBreak(t *testing.T) {
	tests := map[string]struct{ body, field string }{
		"null header":      {`{"eventHeader":null,"eventBody":{"entities":[{"entityType":"a","entityId":"b","updatedAttributes":{}}]}}`, "eventHeader"},
		"null body":        {`{"eventHeader":{"eventName":"x"},"eventBody":null}`, "eventBody"},
		"null entities":    {`{"eventHeader":{"eventName":"x"},"eventBody":{"entities":null}}`, "eventBody.entities"},
		"null entity":      {`{"eventHeader":{"eventName":"x"},"eventBody":{"entities":[null]}}`, "eventBody.entities[0]"},
		"null attributes":  {attributes("null"), "eventBody.entities[0].updatedAttributes"},
		"NUL in a value":   {attributes(`{"a":"\u0000"}`), "eventBody.entities[0].updatedAttributes"},
		"beyond a double":  {attributes(`{"a":1e400}`), "eventBody.entities[0].updatedAttributes"},
		"NUL in an id":     {around("", `,"entityId":"\u0000"`), "eventBody.entities[0].entityId"},
		"date: fraction":   {around(`,"createdDate":1.5`, ""), "eventHeader.createdDate"},
		"date: exponent":   {around(`,"createdDate":1e3`, ""), "eventHeader.createdDate"},
		"date: negative":   {around(`,"savedDate":-1`, ""), "eventHeader.savedDate"},
		"date: 16 digits":  {around(`,"savedDate":1000000000000000`, ""), "eventHeader.savedDate"},
		"date: empty":      {around(`,"savedDate":""`, ""), "eventHeader.savedDate"},
		"uuid: empty":      {around(`,"uuid":""`, ""), "eventHeader.uuid"},
		"21 levels":        {attributes(strings.Repeat(`{"a":`, 20) + "{}" + strings.Repeat("}", 20)), "eventBody.entities[0].updatedAttributes"},
		"names are exact":  {strings.Replace(around("", ""), "entityType", "EntityType", 1), "eventBody.entities[0].entityType"},
		"NUL after a name": {strings.Replace(around("", ""), "entityType", `entityType\u0000`, 1), "eventBody.entities[0].entityType"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			draft, refused := eventjson.Decode([]byte(test.body))
			if refused != nil {
				t.Fatal(refused)
			}
			_, refused = draft.Validate()
			if refused == nil || len(refused.Fields) != 1 || refused.Fields[0].Path != test.field {
				t.Errorf("got %+v, want %s", refused, test.field)
			}
		})
	}
}

func TestBatchElementsFailAlone(t *testing.T) {
	good := around("", "")
	batch, refused := eventjson.DecodeBatch([]byte(`[` + good + `, 7, null, "x", [], {"eventHeader":1}, {"eventHeader":{"eventName":"\ud800"}},` + good + `]`))
	if refused != nil {
		t.Fatal(refused)
	}
	if len(batch) != 8 {
		t.Fatalf("%d elements", len(batch))
	}
	for at, element := range batch {
		wanted := at > 0 && at < 7
		if (element.Fault != nil) != wanted {
			t.Errorf("element %d: %v", at, element.Fault)
		}
	}
}

func TestBatchRefusedAsAWhole(t *testing.T) {
	good := around("", "")
	for _, body := range []string{
		"", good, "null", `"[]"`, "[" + good, "[" + good + "]]", "[" + good + ",]", "[" + good + "] []", "[{]", "\ufeff[]",
		"[\"\xff\"]", "[" + nested(64) + "]",
	} {
		if _, refused := eventjson.DecodeBatch([]byte(body)); refused == nil || refused.Kind != fault.Malformed {
			t.Errorf("%.40q: %v", body, refused)
		}
	}
	if _, refused := eventjson.DecodeBatch([]byte("[" + nested(63) + "]")); refused != nil {
		t.Error(refused)
	}
}

func TestAnOverlongBatchIsCutAtWhatTellsThatItIsTooLong(t *testing.T) {
	batch, refused := eventjson.DecodeBatch([]byte("[" + strings.Repeat("7,", 5000) + "7]"))
	if refused != nil || len(batch) != 1001 {
		t.Error(len(batch), refused)
	}
}

// Whatever the bytes, Decode neither panics nor says anything but malformed.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(around(`,"createdDate":1`, `,"x":[{}]`)))
	f.Add([]byte(attributes(`{"a":[1e400,"\ud83d\ude00",{"b":null}]}`)))
	f.Add([]byte("[{},7]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		draft, refused := eventjson.Decode(body)
		if refused != nil && refused.Kind != fault.Malformed {
			t.Error(refused)
		}
		if refused == nil {
			_, _ = draft.Validate()
		}
		_, _ = eventjson.DecodeBatch(body)
	})
}
