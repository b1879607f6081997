package com.example.producer.store;

import com.example.producer.event.Event;
import com.example.producer.event.Event.Entity;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultException;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The one table, behind a pool of connections. Every error is a {@link FaultException}. */
public final class EntityStore {
    /** A statement waits for other writers of its rows and for the disk, but not for ever. */
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration READY_TIMEOUT = Duration.ofSeconds(1);

    private static final Retry RETRY =
            Retry.max(3).filter(StoreFaults::isRetryable).onRetryExhaustedThrow((spec, last) -> last.failure());

    private final ConnectionFactory pool;

    /** The pool decides how long an acquire may wait. */
    public EntityStore(ConnectionFactory pool) {
        this.pool = pool;
    }

    /**
     * Writes the entities of one event in one statement, which is its own transaction, and completes after the commit.
     * Cancelling gives up the wait for a connection; what was sent to the database is seen through.
     */
    public Mono<Void> upsert(Event event) {
        return onConnection(connection -> upsert(connection, event));
    }

    /**
     * Writes events one after the other on one connection, each its own transaction. Gives the fault of each event that
     * failed, by its index; or fails with {@code unavailable} when there is no connection to begin with.
     */
    public Mono<Map<Integer, Fault>> upsertInOrder(List<Event> events) {
        return onConnection(connection -> {
            Map<Integer, Fault> failed = new TreeMap<>();
            return Flux.range(0, events.size())
                    .concatMap(at -> upsert(connection, events.get(at)).onErrorResume(FaultException.class, refused -> {
                        failed.put(at, refused.fault());
                        return Mono.empty();
                    }))
                    .then(Mono.just(failed));
        });
    }

    /** Completes when the database answers in time and its table is there; else fails with {@code unavailable}. */
    public Mono<Void> ready() {
        return onConnection(connection -> Mono.from(
                                connection.createStatement(Statements.READY).execute())
                        .flatMapMany(result -> result.map(row -> true))
                        .then()
                        .timeout(READY_TIMEOUT)
                        .onErrorResume(TimeoutException.class, late -> giveUp(connection, late))
                        .onErrorMap(StoreFaults::ofReadiness))
                .timeout(READY_TIMEOUT)
                .onErrorMap(TimeoutException.class, StoreFaults::ofReadiness);
    }

    private static Mono<Void> upsert(Connection connection, Event event) {
        return Mono.defer(() -> run(connection, event.entities()))
                .retryWhen(RETRY)
                .timeout(STATEMENT_TIMEOUT)
                .onErrorResume(TimeoutException.class, late -> giveUp(connection, late))
                .onErrorMap(StoreFaults::ofStatement);
    }

    private static Mono<Void> run(Connection connection, List<Entity> entities) {
        Publisher<? extends Result> results = connection
                .createStatement(Statements.UPSERT)
                .bind(0, column(entities, Entity::type))
                .bind(1, column(entities, Entity::id))
                .bind(2, column(entities, Entity::attributes))
                .execute();
        return Flux.from(results).flatMap(Result::getRowsUpdated).then();
    }

    private static String[] column(List<Entity> entities, Function<Entity, String> value) {
        return entities.stream().map(value).toArray(String[]::new);
    }

    /** A connection that did not answer in time is closed, so that the pool makes another one. */
    private static Mono<Void> giveUp(Connection connection, TimeoutException late) {
        Connection real = connection instanceof Wrapped<?> pooled ? pooled.unwrap(PostgresqlConnection.class) : null;
        return real == null ? Mono.error(late) : Mono.from(real.close()).then(Mono.error(late));
    }

    private <T> Mono<T> onConnection(Function<Connection, Mono<T>> work) {
        return Mono.<Connection>from(pool.create())
                .onErrorMap(StoreFaults::ofAcquire)
                .flatMap(connection -> {
                    Mono<T> seenThrough = Mono.usingWhen(Mono.just(connection), work, Connection::close);
                    return Mono.fromFuture(seenThrough.toFuture(), true);
                });
    }
}
