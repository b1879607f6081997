package com.example.producer.config;

import com.example.producer.fault.Fault;
import com.example.producer.ingest.Ingest;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import reactor.util.retry.Retry;

/** Logs start and stop, one line each, and at the start why the service is not ready, if it is not. */
final class ServiceLog {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceLog.class);
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    private final Settings settings;
    private final Ingest ingest;

    ServiceLog(Settings settings, Ingest ingest) {
        this.settings = settings;
        this.ingest = ingest;
    }

    @EventListener(ApplicationReadyEvent.class)
    void started() {
        LOG.info(
                "started listen={}:{} database={} max_connections={} log_level={}",
                settings.address(),
                settings.port(),
                settings.database(),
                settings.maxConnections(),
                settings.logLevel());
        // The first try meets classes that are not loaded yet, and may be late for that alone.
        Retry again = Retry.fixedDelay(2, RETRY_DELAY).onRetryExhaustedThrow((spec, last) -> last.failure());
        ingest.ready().retryWhen(again).subscribe(ready -> {}, failure -> {
            Fault reason = Fault.from(failure);
            LOG.warn("not ready detail=\"{}\" cause=\"{}\"", reason.detail(), String.valueOf(reason.cause()));
        });
    }

    @EventListener(ContextClosedEvent.class)
    void stopping() {
        LOG.info("stopping");
    }
}
