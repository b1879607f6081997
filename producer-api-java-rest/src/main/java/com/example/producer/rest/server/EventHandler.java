package com.example.producer.rest.server;

import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultLog;
import com.example.producer.ingest.BatchReceipt;
import com.example.producer.ingest.Ingest;
import com.example.producer.rest.json.EventJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** What each route answers. Faults go on as errors, to be translated in one place. */
final class EventHandler {
    private static final int MAX_EVENT_BYTES = 1 << 20;
    private static final int MAX_BULK_BYTES = 16 << 20;

    private static final byte[] PROCESSED =
            "{\"success\":true,\"message\":\"Event processed successfully\"}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] HEALTHY =
            "{\"status\":\"healthy\",\"message\":\"Ready to take events\"}".getBytes(StandardCharsets.UTF_8);

    private final Ingest ingest;
    private final LongSupplier nanoTime;
    private final Supplier<UUID> batchIds;

    EventHandler(Ingest ingest, LongSupplier nanoTime, Supplier<UUID> batchIds) {
        this.ingest = ingest;
        this.nanoTime = nanoTime;
        this.batchIds = batchIds;
    }

    /** POST /api/v1/events. */
    Mono<ServerResponse> event(ServerRequest request) {
        return RequestBodies.read(http(request), MAX_EVENT_BYTES)
                .map(EventJson::event)
                .flatMap(ingest::process)
                .then(ok(PROCESSED));
    }

    /** POST /api/v1/events/bulk. */
    Mono<ServerResponse> bulk(ServerRequest request) {
        return RequestBodies.read(http(request), MAX_BULK_BYTES).flatMap(body -> {
            // From here on, so that a slow client does not count as slow processing.
            long started = nanoTime.getAsLong();
            return ingest.processBatch(EventJson.batch(body))
                    .doOnNext(receipt -> log(receipt, request.path()))
                    .flatMap(receipt -> {
                        Duration taken = Duration.ofNanos(nanoTime.getAsLong() - started);
                        return ServerResponse.ok()
                                .contentType(MediaType.APPLICATION_JSON)
                                .bodyValue(BulkReply.of(receipt, batchIds.get(), taken));
                    });
        });
    }

    /** GET /api/v1/events/health. */
    Mono<ServerResponse> health(ServerRequest request) {
        return ingest.ready().then(ok(HEALTHY));
    }

    private static ServerHttpRequest http(ServerRequest request) {
        return request.exchange().getRequest();
    }

    private static Mono<ServerResponse> ok(byte[] json) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .contentLength(json.length)
                .build((exchange, context) -> exchange.getResponse()
                        .writeWith(
                                Mono.just(exchange.getResponse().bufferFactory().wrap(json))));
    }

    /**
     * Logs one fault in full, ours before a caller's, and the others as a number: a batch that loses its database would
     * else write a thousand lines.
     */
    private static void log(BatchReceipt receipt, String path) {
        List<Fault> faults = List.copyOf(receipt.faults().values());
        if (faults.isEmpty()) {
            return;
        }
        Fault shown = faults.stream()
                .filter(fault -> !fault.kind().isCallersFault())
                .findFirst()
                .orElse(faults.get(0));
        FaultLog.record(shown, path, faults.size());
    }
}
