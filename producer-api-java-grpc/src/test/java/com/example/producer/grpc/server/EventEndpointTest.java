package com.example.producer.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.grpc.EntityUpdate;
import com.example.grpc.EventBody;
import com.example.grpc.EventHeader;
import com.example.grpc.EventRequest;
import com.example.grpc.EventServiceGrpc;
import com.example.grpc.EventServiceGrpc.EventServiceBlockingStub;
import com.example.grpc.HealthRequest;
import com.example.grpc.HealthResponse;
import com.example.producer.fixture.Eventually;
import com.example.producer.fixture.TestDatabase;
import com.example.producer.ingest.Ingest;
import com.example.producer.store.EntityStore;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.BadRequest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The calls over an in-process channel, on a real database. */
class EventEndpointTest {
    private TestDatabase database;
    private Server server;
    private ManagedChannel channel;
    private HealthEndpoint health;
    private EventServiceBlockingStub events;

    @BeforeEach
    void start() throws Exception {
        database = TestDatabase.create();
        Ingest ingest = new Ingest(new EntityStore(database.asProducer()));
        health = new HealthEndpoint(ingest);
        server = InProcessServerBuilder.forName(database.url())
                .addService(new StrictMessages(new EventEndpoint(ingest)))
                .addService(health)
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(database.url()).build();
        events = EventServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
        database.close();
    }

    private static EventRequest event(String id, Struct attributes) {
        return EventRequest.newBuilder()
                .setEventHeader(EventHeader.newBuilder().setEventName("LoanCreated"))
                .setEventBody(EventBody.newBuilder()
                        .addEntities(EntityUpdate.newBuilder()
                                .setEntityType("Loan")
                                .setEntityId(id)
                                .setUpdatedAttributes(attributes)))
                .build();
    }

    @Test
    void answersAfterTheEventIsStored() {
        Struct attributes = Struct.newBuilder()
                .putFields("balance", Value.newBuilder().setNumberValue(5).build())
                .build();
        assertThat(events.processEvent(event("1", attributes)).getSuccess()).isTrue();
        assertThat(database.data("Loan", "1")).isEqualTo("{\"balance\": 5}");
    }

    @Test
    void namesEveryBrokenFieldInTheDetails() {
        EventRequest empty = EventRequest.newBuilder()
                .setEventHeader(EventHeader.newBuilder().setUuid("x"))
                .setEventBody(EventBody.newBuilder().addEntities(EntityUpdate.getDefaultInstance()))
                .build();
        assertThatThrownBy(() -> events.processEvent(empty))
                .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                    assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
                    assertThat(violations(failure))
                            .extracting(BadRequest.FieldViolation::getField)
                            .containsExactlyInAnyOrder(
                                    "event_header.uuid",
                                    "event_header.event_name",
                                    "event_body.entities[0].entity_type",
                                    "event_body.entities[0].entity_id",
                                    "event_body.entities[0].updated_attributes");
                });
    }

    private static List<BadRequest.FieldViolation> violations(StatusRuntimeException failure) {
        try {
            return StatusProto.fromThrowable(failure)
                    .getDetails(0)
                    .unpack(BadRequest.class)
                    .getFieldViolationsList();
        } catch (InvalidProtocolBufferException invalid) {
            throw new AssertionError(invalid);
        }
    }

    @Test
    void healthFollowsTheTableByEveryName() throws Exception {
        // A JVM that has just begun, or a busy machine, may be late for the second that the database has.
        Eventually.holds("HealthCheck is healthy", () -> ownHealth().getHealthy());
        Eventually.holds("the server serves", () -> standardHealth("") == ServingStatus.SERVING);
        Eventually.holds(
                "the service serves", () -> standardHealth("com.example.grpc.EventService") == ServingStatus.SERVING);
        database.execute("alter table car_entities rename to elsewhere");
        Eventually.holds(
                "the missing table is named",
                () -> ownHealth().getMessage().equals("the table car_entities is missing"));
        assertThat(standardHealth("")).isEqualTo(ServingStatus.NOT_SERVING);
        assertThatThrownBy(() -> standardHealth("other"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND));
    }

    private HealthResponse ownHealth() {
        return events.healthCheck(HealthRequest.getDefaultInstance());
    }

    private ServingStatus standardHealth(String service) {
        HealthCheckRequest request =
                HealthCheckRequest.newBuilder().setService(service).build();
        return HealthGrpc.newBlockingStub(channel).check(request).getStatus();
    }

    @Test
    void aWatcherHearsOfEveryChangeAndOfTheStop() throws Exception {
        Iterator<HealthCheckResponse> changes =
                HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
        Eventually.holds("the watcher is told", () -> changes.next().getStatus() == ServingStatus.SERVING);
        database.execute("alter table car_entities rename to elsewhere");
        Eventually.holds("the change is told", () -> changes.next().getStatus() == ServingStatus.NOT_SERVING);
        health.letWatchersGo();
        assertThat(changes.hasNext()).isFalse();
    }
}
