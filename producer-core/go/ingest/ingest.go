// Package ingest is the one use case: check the whole event, store it in one
// transaction, and return after the commit.
package ingest

import (
	"context"

	"producer-core/event"
	"producer-core/fault"
	"producer-core/store"
)

// MaxBatch is the most events that one bulk request may hold.
const MaxBatch = 1000

// Ingest takes events in.
type Ingest struct {
	store *store.Store
}

// New makes an Ingest that writes to the given store.
func New(to *store.Store) *Ingest { return &Ingest{store: to} }

// Element is one event of a batch, or why the wire could make no event of it.
type Element struct {
	Draft event.Draft
	Fault *fault.Fault
}

// Process stores one event; nil means that it is durable. The fault is
// invalid_event with every broken field, unavailable or internal.
func (i *Ingest) Process(ctx context.Context, draft event.Draft) *fault.Fault {
	valid, refused := draft.Validate()
	if refused != nil {
		return refused
	}
	return i.store.Upsert(ctx, valid.Entities)
}

// ProcessBatch stores the events of a batch in their order, each in its own
// transaction. It gives one entry per element, nil where the event is durable; or
// the one fault of the whole batch: invalid_event when it holds too few or too
// many events, unavailable when there is no database to begin with.
func (i *Ingest) ProcessBatch(ctx context.Context, batch []Element) ([]*fault.Fault, *fault.Fault) {
	if len(batch) < 1 || len(batch) > MaxBatch {
		return nil, fault.New(fault.InvalidEvent, "the array must hold 1 to 1000 events")
	}
	outcomes := make([]*fault.Fault, len(batch))
	events := make([]event.Event, 0, len(batch))
	positions := make([]int, 0, len(batch))
	for at, element := range batch {
		valid, refused := element.validate()
		if refused != nil {
			outcomes[at] = refused
			continue
		}
		events = append(events, valid)
		positions = append(positions, at)
	}
	if len(events) == 0 {
		return outcomes, nil
	}
	stored, refused := i.store.UpsertInOrder(ctx, events)
	if refused != nil {
		return nil, refused
	}
	for at, outcome := range stored {
		outcomes[positions[at]] = outcome
	}
	return outcomes, nil
}

func (e Element) validate() (event.Event, *fault.Fault) {
	if e.Fault != nil {
		return event.Event{}, e.Fault
	}
	return e.Draft.Validate()
}

// Ready gives nil when the database answers and its table is there, and else the
// fault unavailable with the reason.
func (i *Ingest) Ready(ctx context.Context) *fault.Fault { return i.store.Ready(ctx) }
