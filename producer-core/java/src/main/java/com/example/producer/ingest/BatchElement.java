package com.example.producer.ingest;

import com.example.producer.event.Draft;
import com.example.producer.event.Event;
import com.example.producer.event.EventRules;
import com.example.producer.fault.Fault;

/** One element of a batch: an event, or why the wire could make no event of it. */
public sealed interface BatchElement {

    /**
     * The event to store.
     *
     * @throws com.example.producer.fault.FaultException why this element fails
     */
    Event check();

    /** An element of the right types. */
    record Typed(Draft draft) implements BatchElement {
        @Override
        public Event check() {
            return EventRules.check(draft);
        }
    }

    /** An element that is no event. */
    record Unreadable(Fault fault) implements BatchElement {
        @Override
        public Event check() {
            throw fault.asException();
        }
    }
}
