package com.example.producer.rest.server;

import com.example.producer.ingest.Ingest;
import java.time.Duration;
import java.util.UUID;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import tools.jackson.databind.json.JsonMapper;

/** The parts of the wire. */
@Configuration(proxyBeanMethods = false)
public class ServerConfiguration {
    private static final Duration SILENCE_PATIENCE = Duration.ofSeconds(10);
    private static final Duration HEAD_PATIENCE = Duration.ofSeconds(30);
    private static final Duration BODY_PATIENCE = Duration.ofSeconds(30);

    @Bean
    EventRoutes eventRoutes(Ingest ingest) {
        return new EventRoutes(new EventHandler(ingest, System::nanoTime, UUID::randomUUID));
    }

    /** Before Spring's own, which would answer in another form. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ProblemHandler problemHandler(JsonMapper json) {
        return new ProblemHandler(json);
    }

    /** A slow client cannot hold what others need. */
    @Bean
    NettyServerCustomizer patience() {
        return server -> server.requestTimeout(BODY_PATIENCE)
                .doOnChannelInit(
                        (observer, channel, remote) -> HeadDeadline.watch(channel, SILENCE_PATIENCE, HEAD_PATIENCE));
    }
}
