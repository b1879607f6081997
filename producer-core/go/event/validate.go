package event

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"producer-core/fault"
)

// Validate checks every rule of section 1 of the contract. It gives the event to
// store, or a fault of kind invalid_event that names every broken field.
func (d Draft) Validate() (Event, *fault.Fault) {
	var broken fields
	if broken.require("eventHeader", d.Header.Present) {
		d.Header.Value.check(&broken)
	}
	if broken.require("eventBody", d.Body.Present) {
		d.Body.Value.check(&broken)
	}
	if len(broken) > 0 {
		return Event{}, fault.Invalid(broken)
	}
	return Event{Entities: fold(d.Body.Value.Entities.Value.Kept)}, nil
}

// fields collects broken fields.
type fields []fault.Field

func (f *fields) add(path, detail string) {
	*f = append(*f, fault.Field{Path: path, Detail: detail})
}

// require notes a field that is absent and tells whether there is more to check.
func (f *fields) require(path string, present bool) bool {
	if !present {
		f.add(path, "is required")
	}
	return present
}

func (h Header) check(broken *fields) {
	if h.UUID.Present && !isUUID(h.UUID.Value) {
		broken.add("eventHeader.uuid", "must be a UUID of the form 8-4-4-4-12")
	}
	if broken.require("eventHeader.eventName", h.EventName.Present) {
		if detail := nameBreach(h.EventName.Value, MaxEventNameRunes); detail != "" {
			broken.add("eventHeader.eventName", detail)
		}
	}
	if h.CreatedDate.Present && !h.CreatedDate.Value.valid() {
		broken.add("eventHeader.createdDate", dateDetail)
	}
	if h.SavedDate.Present && !h.SavedDate.Value.valid() {
		broken.add("eventHeader.savedDate", dateDetail)
	}
	if strings.IndexByte(h.EventType.Value, 0) >= 0 {
		broken.add("eventHeader.eventType", nulDetail)
	}
}

func (b Body) check(broken *fields) {
	const path = "eventBody.entities"
	if !broken.require(path, b.Entities.Present) {
		return
	}
	if count := b.Entities.Value.Count; count < 1 || count > MaxEntities {
		broken.add(path, "must hold 1 to "+strconv.Itoa(MaxEntities)+" entities")
	}
	for index, entity := range b.Entities.Value.Kept {
		entity.check(index, broken)
	}
}

func (e DraftEntity) check(index int, broken *fields) {
	typeBreach := requiredName(e.Type, MaxEntityTypeRunes)
	idBreach := requiredName(e.ID, MaxEntityIDRunes)
	attributes := e.Attributes.Value.Breach
	if !e.Attributes.Present {
		attributes = "is required"
	}
	if typeBreach == "" && idBreach == "" && attributes == "" {
		return
	}
	path := "eventBody.entities[" + strconv.Itoa(index) + "]"
	if e.Null {
		broken.add(path, "must not be null")
		return
	}
	for _, field := range [...]fault.Field{
		{Path: path + ".entityType", Detail: typeBreach},
		{Path: path + ".entityId", Detail: idBreach},
		{Path: path + ".updatedAttributes", Detail: attributes},
	} {
		if field.Detail != "" {
			*broken = append(*broken, field)
		}
	}
}

func requiredName(name Optional[string], maxRunes int) string {
	if !name.Present {
		return "is required"
	}
	return nameBreach(name.Value, maxRunes)
}

const nulDetail = "must not contain a NUL character"

// nameBreach checks what all names and ids have in common.
func nameBreach(name string, maxRunes int) string {
	switch {
	case strings.TrimLeftFunc(name, unicode.IsSpace) == "":
		return "must not be blank"
	case utf8.RuneCountInString(name) > maxRunes:
		return "must be at most " + strconv.Itoa(maxRunes) + " characters"
	case strings.IndexByte(name, 0) >= 0:
		return nulDetail
	}
	return ""
}

func isUUID(text string) bool {
	if len(text) != len("550e8400-e29b-41d4-a716-446655440000") {
		return false
	}
	for at := range len(text) {
		c := text[at]
		switch at {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			isHex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
			if !isHex {
				return false
			}
		}
	}
	return true
}
