package com.example.producer.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.producer.event.Attributes;
import com.example.producer.event.Draft;
import com.example.producer.event.Draft.DraftEntity;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultKind;
import com.example.producer.fixture.PostgresServer;
import com.example.producer.fixture.TestDatabase;
import com.example.producer.store.EntityStore;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

class IngestTest {
    private TestDatabase database;
    private ConnectionPool pool;
    private Ingest ingest;

    @BeforeEach
    void connect() {
        database = TestDatabase.create();
        pool = poolOf(database);
        ingest = new Ingest(new EntityStore(pool));
    }

    @AfterEach
    void disconnect() {
        pool.dispose();
        database.close();
    }

    private static ConnectionPool poolOf(TestDatabase database) {
        return new ConnectionPool(ConnectionPoolConfiguration.builder(database.asProducer())
                .initialSize(0)
                .maxSize(4)
                .maxAcquireTime(Duration.ofSeconds(2))
                .build());
    }

    private static Draft event(DraftEntity... entities) {
        return new Draft(
                new Draft.Header(null, "LoanCreated", null, null, null),
                new Draft.Body(new Draft.Entities(List.of(entities), entities.length)));
    }

    private static DraftEntity entity(String type, String id, String attributes) {
        return new DraftEntity(type, id, Attributes.of(attributes), false);
    }

    /** A JVM that has just begun, or a busy machine, may be late for the second that the database has. */
    private static void becomesReady(Ingest ingest) {
        Retry again = Retry.fixedDelay(600, Duration.ofMillis(100));
        StepVerifier.create(ingest.ready().retryWhen(again)).verifyComplete();
    }

    private void store(DraftEntity... entities) {
        StepVerifier.create(ingest.process(event(entities))).verifyComplete();
    }

    @Nested
    class OneEvent {
        @Test
        void mergesTopLevelKeysAndReplacesNestedValuesWhole() {
            store(entity("Loan", "1", "{\"a\":1,\"b\":{\"x\":1,\"y\":2}}"));
            store(entity("Loan", "1", "{\"b\":{\"x\":3},\"c\":null}"));
            assertThat(database.data("Loan", "1")).isEqualTo("{\"a\": 1, \"b\": {\"x\": 3}, \"c\": null}");
        }

        @Test
        void mergesTheSameEntityTwiceInItsOrder() {
            store(
                    entity("Loan", "1", " {\"a\":1,\"b\":1} "),
                    entity("Loan", "1", "{}"),
                    entity("Loan", "1", "{\"b\":2}"));
            assertThat(database.data("Loan", "1")).isEqualTo("{\"a\": 1, \"b\": 2}");
        }

        @Test
        void storesNothingWhenOneEntityIsInvalid() {
            StepVerifier.create(ingest.process(event(entity("Loan", "1", "{}"), entity("Loan", " ", "{}"))))
                    .verifyErrorSatisfies(
                            failure -> assertThat(Fault.from(failure).fields())
                                    .extracting("path")
                                    .containsExactly("eventBody.entities[1].entityId"));
            assertThat(database.texts("select id from car_entities")).isEmpty();
        }

        @Test
        void keepsTextThatArraysAndJsonWouldQuote() {
            store(entity("Lo,an{\"}", "a\"b\\c,{NULL}é🚗", "{\"t\":\"q\\\"\\\\ {x},\\u00e9\"}"));
            assertThat(database.texts("select entity_type || id || (data->>'t') from car_entities"))
                    .containsExactly("Lo,an{\"}a\"b\\c,{NULL}é🚗q\"\\ {x},é");
        }

        @Test
        void losesNoUpdateAmongConcurrentOnes() {
            Flux.range(0, 200)
                    .flatMap(i -> ingest.process(event(entity("Loan", "1", "{\"k" + i + "\":" + i + "}"))), 50)
                    .as(StepVerifier::create)
                    .verifyComplete();
            assertThat(database.texts("select count(*) from jsonb_object_keys((select data from car_entities))"))
                    .containsExactly("200");
        }

        @Test
        void oppositeOrdersDoNotDeadlock() {
            DraftEntity first = entity("Loan", "1", "{}");
            DraftEntity second = entity("Loan", "2", "{}");
            Flux.range(0, 200)
                    .flatMap(i -> ingest.process(i % 2 == 0 ? event(first, second) : event(second, first)), 50)
                    .as(StepVerifier::create)
                    .verifyComplete();
            // One would be told to no caller: its loser is tried again.
            assertThat(database.texts("select deadlocks from pg_stat_database where datname = current_database()"))
                    .containsExactly("0");
        }

        @Test
        void isOneTransaction() {
            store(entity("Loan", "1", "{}"), entity("Loan", "2", "{}"));
            assertThat(database.texts("select count(distinct xmin::text) from car_entities where id in ('1','2')"))
                    .containsExactly("1");
        }

        @Test
        void isUnavailableWithTheReasonWhenTheTableIsMissing() {
            database.execute("drop table car_entities");
            StepVerifier.create(ingest.process(event(entity("Loan", "1", "{}"))))
                    .verifyErrorSatisfies(failure -> {
                        assertThat(Fault.from(failure).kind()).isEqualTo(FaultKind.UNAVAILABLE);
                        assertThat(Fault.from(failure).detail()).isEqualTo("the table car_entities is missing");
                    });
        }

        @Test
        void isUnavailableWhileTheDatabaseCanOnlyBeRead() {
            database.execute(
                    "alter role producer in database " + database.name() + " set default_transaction_read_only = on");
            StepVerifier.create(ingest.process(event(entity("Loan", "1", "{}"))))
                    .verifyErrorSatisfies(
                            failure -> assertThat(Fault.from(failure).kind()).isEqualTo(FaultKind.UNAVAILABLE));
        }

        @Test
        void isUnavailableWhenNoConnectionComesFree() {
            List<Connection> held = new ArrayList<>();
            IntStream.range(0, 4).forEach(i -> held.add(pool.create().block()));
            StepVerifier.create(ingest.process(event(entity("Loan", "1", "{}"))))
                    .verifyErrorSatisfies(
                            failure -> assertThat(Fault.from(failure).detail())
                                    .isEqualTo("no database connection came free in time"));
            held.forEach(connection -> Mono.from(connection.close()).block());
            store(entity("Loan", "1", "{}"));
        }
    }

    @Nested
    class Batch {
        private BatchElement element(String id) {
            return new BatchElement.Typed(event(entity("Loan", id, "{\"at\":\"" + id + "\"}")));
        }

        @Test
        void storesInOrderAndLetsTheInvalidFailAlone() {
            List<BatchElement> batch = List.of(
                    new BatchElement.Typed(event(entity("Loan", "1", "{\"n\":1}"))),
                    new BatchElement.Unreadable(Fault.of(FaultKind.MALFORMED, "the event must be an object")),
                    new BatchElement.Typed(event(entity("Loan", "", "{}"))),
                    new BatchElement.Typed(event(entity("Loan", "1", "{\"n\":2}"))));
            StepVerifier.create(ingest.processBatch(batch))
                    .assertNext(receipt -> {
                        assertThat(receipt.size()).isEqualTo(4);
                        assertThat(receipt.faults().keySet()).containsExactly(1, 2);
                    })
                    .verifyComplete();
            assertThat(database.data("Loan", "1")).isEqualTo("{\"n\": 2}");
        }

        @Test
        void refusesTooFewAndTooMany() {
            for (int size : new int[] {0, 1001}) {
                List<BatchElement> batch =
                        IntStream.range(0, size).mapToObj(i -> element("x")).toList();
                StepVerifier.create(ingest.processBatch(batch))
                        .verifyErrorSatisfies(failure ->
                                assertThat(Fault.from(failure).kind()).isEqualTo(FaultKind.INVALID_EVENT));
            }
        }

        @Test
        void storesAThousand() {
            List<BatchElement> batch =
                    IntStream.range(0, 1000).mapToObj(i -> element("x" + i)).toList();
            StepVerifier.create(ingest.processBatch(batch))
                    .assertNext(receipt -> assertThat(receipt.faults()).isEmpty())
                    .verifyComplete();
            assertThat(database.texts("select count(*) from car_entities")).containsExactly("1000");
        }

        @Test
        void eachFailsAloneWithoutTheTable() {
            database.execute("drop table car_entities");
            StepVerifier.create(ingest.processBatch(List.of(element("1"), element("2"))))
                    .assertNext(receipt -> assertThat(receipt.faults().values())
                            .extracting(Fault::kind)
                            .containsExactly(FaultKind.UNAVAILABLE, FaultKind.UNAVAILABLE))
                    .verifyComplete();
        }

        @Test
        void theRestFailsAloneWhenTheConnectionIsLostMidway() {
            database.execute("create function fall() returns trigger language plpgsql as $$ begin"
                    + " perform pg_terminate_backend(pg_backend_pid()); return new; end $$");
            database.execute("create trigger fall before insert on car_entities for each row"
                    + " when (new.id = '2') execute function fall()");
            database.execute("alter function fall() security definer");
            StepVerifier.create(ingest.processBatch(List.of(element("1"), element("2"), element("3"))))
                    .assertNext(receipt -> {
                        assertThat(receipt.faults().keySet()).containsExactly(1, 2);
                        assertThat(receipt.faults().values())
                                .extracting(Fault::kind)
                                .containsOnly(FaultKind.UNAVAILABLE);
                    })
                    .verifyComplete();
            assertThat(database.texts("select id from car_entities")).containsExactly("1");
            store(entity("Loan", "after", "{}"));
        }
    }

    @Nested
    class Readiness {
        @Test
        void comesAndGoesWithTheTable() {
            becomesReady(ingest);
            database.execute("alter table car_entities rename to elsewhere");
            StepVerifier.create(ingest.ready())
                    .verifyErrorSatisfies(failure ->
                            assertThat(Fault.from(failure).detail()).isEqualTo("the table car_entities is missing"));
            database.execute("alter table elsewhere rename to car_entities");
            becomesReady(ingest);
        }

        @Test
        void saysThatTheDatabaseIsOutOfReach() {
            PostgresServer server = PostgresServer.start();
            TestDatabase doomed = TestDatabase.createOn(server.url());
            ConnectionPool itsPool = poolOf(doomed);
            Ingest itsIngest = new Ingest(new EntityStore(itsPool));
            becomesReady(itsIngest);
            server.close();
            StepVerifier.create(itsIngest.ready())
                    .verifyErrorSatisfies(failure ->
                            assertThat(Fault.from(failure).detail()).isEqualTo("the database is out of reach"));
            itsPool.dispose();
        }
    }
}
