package com.example.producer.grpc.server;

import com.example.grpc.EventRequest;
import com.example.grpc.EventResponse;
import com.example.grpc.EventServiceGrpc.EventServiceImplBase;
import com.example.grpc.HealthRequest;
import com.example.grpc.HealthResponse;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultLog;
import com.example.producer.ingest.Ingest;
import io.grpc.stub.StreamObserver;
import reactor.core.publisher.Mono;

/** The two calls. */
final class EventEndpoint extends EventServiceImplBase {
    private static final EventResponse PROCESSED = EventResponse.newBuilder()
            .setSuccess(true)
            .setMessage("Event processed successfully")
            .build();

    private static final HealthResponse HEALTHY = HealthResponse.newBuilder()
            .setHealthy(true)
            .setMessage("Ready to take events")
            .build();

    private final Ingest ingest;

    EventEndpoint(Ingest ingest) {
        this.ingest = ingest;
    }

    @Override
    public void processEvent(EventRequest request, StreamObserver<EventResponse> caller) {
        Mono<EventResponse> reply =
                Mono.defer(() -> ingest.process(EventMessages.draft(request))).thenReturn(PROCESSED);
        Replies.send(reply, caller, "ProcessEvent");
    }

    @Override
    public void healthCheck(HealthRequest request, StreamObserver<HealthResponse> caller) {
        Mono<HealthResponse> reply =
                ingest.ready().thenReturn(HEALTHY).onErrorResume(failure -> Mono.just(unhealthy(failure)));
        Replies.send(reply, caller, "HealthCheck");
    }

    private static HealthResponse unhealthy(Throwable failure) {
        Fault reason = Fault.from(failure);
        FaultLog.record(reason, "HealthCheck", 1);
        return HealthResponse.newBuilder()
                .setHealthy(false)
                .setMessage(reason.detail())
                .build();
    }
}
