// Package event knows what an event is and which rules it must keep. It reads and
// writes nothing: a wire hands it a Draft, and gets an Event or the broken fields.
package event

// Limits of the contract, section 1.
const (
	MaxEventNameRunes  = 255
	MaxEntities        = 100
	MaxEntityTypeRunes = 100
	MaxEntityIDRunes   = 255
	MaxAttributesDepth = 20
	maxEpochDigits     = 15
)

// Optional is a value that a sender may leave out; on the wires null and, on
// gRPC, the empty string mean the same.
type Optional[T any] struct {
	Value   T
	Present bool
}

// Some is a value that was sent.
func Some[T any](value T) Optional[T] {
	return Optional[T]{Value: value, Present: true}
}

// Draft is what was sent: of the right types, its rules not yet checked.
type Draft struct {
	Header Optional[Header]
	Body   Optional[Body]
}

// Header is eventHeader.
type Header struct {
	UUID        Optional[string]
	EventName   Optional[string]
	CreatedDate Optional[Date]
	SavedDate   Optional[Date]
	EventType   Optional[string]
}

// Date is createdDate or savedDate as it was written.
type Date struct {
	Text string
	// Number is true for a JSON number, whose literal Text then is.
	Number bool
}

// Body is eventBody.
type Body struct {
	Entities Optional[Entities]
}

// Entities are the entities of a draft. Only MaxEntities of them are kept: an
// event with more is refused whatever they say, and a body of a million empty
// ones must not cost the memory of a million.
type Entities struct {
	Kept  []DraftEntity
	Count int
}

// Append counts an entity and keeps it while there is room.
func (e *Entities) Append(entity DraftEntity) {
	e.Count++
	if len(e.Kept) < MaxEntities {
		e.Kept = append(e.Kept, entity)
	}
}

// DraftEntity is one element of entities.
type DraftEntity struct {
	// Null is true for the JSON null, which is a broken field of its own.
	Null       bool
	Type       Optional[string]
	ID         Optional[string]
	Attributes Optional[Attributes]
}

// Event is a draft that kept every rule, reduced to what is stored. No type and
// id occur twice in it.
type Event struct {
	Entities []Entity
}

// Entity is one row to create or merge.
type Entity struct {
	Type string
	ID   string
	// Attributes is the text of a JSON object.
	Attributes string
}
