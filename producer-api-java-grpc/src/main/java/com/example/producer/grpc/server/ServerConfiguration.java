package com.example.producer.grpc.server;

import com.example.producer.ingest.Ingest;
import io.grpc.BindableService;
import io.grpc.netty.NettyServerBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import reactor.core.scheduler.Schedulers;

/** The parts of the wire. */
@Configuration(proxyBeanMethods = false)
public class ServerConfiguration {
    /** A client has to begin HTTP/2 within this time; what comes later is watched by keepalive. */
    private static final Duration HANDSHAKE_PATIENCE = Duration.ofSeconds(10);

    private static final Duration CALL_PATIENCE = Duration.ofSeconds(30);

    @Bean
    BindableService eventService(Ingest ingest) {
        return new StrictMessages(new EventEndpoint(ingest));
    }

    @Bean
    HealthEndpoint healthService(Ingest ingest) {
        return new HealthEndpoint(ingest);
    }

    @Bean
    FaultHandler faultHandler() {
        return new FaultHandler();
    }

    @Bean
    @GlobalServerInterceptor
    CallPatience callPatience() {
        return new CallPatience(CALL_PATIENCE, Schedulers.parallel());
    }

    /** Nothing here blocks, so that a call needs no thread beside its connection's. */
    @Bean
    ServerBuilderCustomizer<NettyServerBuilder> direct() {
        return NettyServerBuilder::directExecutor;
    }

    @Bean
    ServerBuilderCustomizer<NettyServerBuilder> handshakeInTime() {
        return server -> server.handshakeTimeout(HANDSHAKE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
