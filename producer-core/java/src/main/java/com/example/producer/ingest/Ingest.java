package com.example.producer.ingest;

import com.example.producer.event.Draft;
import com.example.producer.event.Event;
import com.example.producer.event.EventRules;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultException;
import com.example.producer.fault.FaultKind;
import com.example.producer.store.EntityStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import reactor.core.publisher.Mono;

/** Takes events in. Every error is a {@link FaultException}. */
public final class Ingest {
    /** The most events that one batch may hold. */
    public static final int MAX_BATCH = 1000;

    private final EntityStore store;

    public Ingest(EntityStore store) {
        this.store = store;
    }

    /**
     * Stores one event and completes when it is durable. Fails with {@code invalid_event} and every broken field, with
     * {@code unavailable} or with {@code internal}.
     */
    public Mono<Void> process(Draft draft) {
        return Mono.defer(() -> store.upsert(EventRules.check(draft)));
    }

    /**
     * Stores the events of a batch in their order, each in its own transaction; an invalid one fails alone. Fails as a
     * whole with {@code invalid_event} when there are too few or too many, and with {@code unavailable} when there is no
     * connection to begin with.
     */
    public Mono<BatchReceipt> processBatch(List<BatchElement> batch) {
        return Mono.defer(() -> checkAndStore(batch));
    }

    private Mono<BatchReceipt> checkAndStore(List<BatchElement> batch) {
        if (batch.isEmpty() || batch.size() > MAX_BATCH) {
            return Mono.error(Fault.of(FaultKind.INVALID_EVENT, "the array must hold 1 to " + MAX_BATCH + " events")
                    .asException());
        }
        SortedMap<Integer, Fault> faults = new TreeMap<>();
        List<Event> events = new ArrayList<>(batch.size());
        List<Integer> indexes = new ArrayList<>(batch.size());
        for (int index = 0; index < batch.size(); index++) {
            try {
                events.add(batch.get(index).check());
                indexes.add(index);
            } catch (FaultException refused) {
                faults.put(index, refused.fault());
            }
        }
        BatchReceipt receipt = new BatchReceipt(batch.size(), faults);
        if (events.isEmpty()) {
            return Mono.just(receipt);
        }
        return store.upsertInOrder(events)
                .doOnNext(failed -> failed.forEach((at, fault) -> faults.put(indexes.get(at), fault)))
                .thenReturn(receipt);
    }

    /** Completes when the database answers and its table is there; else fails with {@code unavailable} and the reason. */
    public Mono<Void> ready() {
        return store.ready();
    }
}
