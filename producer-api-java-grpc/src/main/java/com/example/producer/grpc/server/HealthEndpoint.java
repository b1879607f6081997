package com.example.producer.grpc.server;

import com.example.grpc.EventServiceGrpc;
import com.example.producer.ingest.Ingest;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc.HealthImplBase;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Set;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** grpc.health.v1, under the same rule as HealthCheck: whoever asks makes the service ask its database. */
class HealthEndpoint extends HealthImplBase {
    private static final Set<String> KNOWN = Set.of("", EventServiceGrpc.SERVICE_NAME);

    /** How often a watcher's answer is looked at again. */
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

    private final Ingest ingest;
    private final Sinks.Empty<Void> stopping = Sinks.empty();

    HealthEndpoint(Ingest ingest) {
        this.ingest = ingest;
    }

    /** Watchers would hold up the stop. */
    @EventListener(ContextClosedEvent.class)
    void letWatchersGo() {
        stopping.tryEmitEmpty();
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> caller) {
        if (!KNOWN.contains(request.getService())) {
            caller.onError(Status.NOT_FOUND
                    .withDescription("there is no such service here")
                    .asException());
            return;
        }
        Replies.send(status().map(HealthEndpoint::reply), caller, "Check");
    }

    /** The state at once, and then every change of it. */
    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> caller) {
        Flux<ServingStatus> changes = KNOWN.contains(request.getService())
                ? Flux.interval(Duration.ZERO, WATCH_INTERVAL)
                        .onBackpressureDrop()
                        .concatMap(tick -> status(), 1)
                        .distinctUntilChanged()
                : Flux.<ServingStatus>never().startWith(ServingStatus.SERVICE_UNKNOWN);
        Replies.send(changes.takeUntilOther(stopping.asMono()).map(HealthEndpoint::reply), caller, "Watch");
    }

    private Mono<ServingStatus> status() {
        return ingest.ready()
                .thenReturn(ServingStatus.SERVING)
                .onErrorResume(failure -> Mono.just(ServingStatus.NOT_SERVING));
    }

    private static HealthCheckResponse reply(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
