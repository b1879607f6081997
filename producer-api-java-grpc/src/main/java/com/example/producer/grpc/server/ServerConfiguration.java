package com.example.producer.grpc.server;

import com.example.producer.ingest.Ingest;
import io.grpc.BindableService;
import io.grpc.netty.NettyServerBuilder;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import reactor.core.scheduler.Schedulers;

/** The parts of the wire. */
@Configuration(proxyBeanMethods = false)
public class ServerConfiguration {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
        return new CallPatience(PATIENCE, Schedulers.parallel());
    }

    /** Nothing here blocks, so that a call needs no thread beside its connection's. */
    @Bean
    ServerBuilderCustomizer<NettyServerBuilder> direct() {
        return NettyServerBuilder::directExecutor;
    }
}
