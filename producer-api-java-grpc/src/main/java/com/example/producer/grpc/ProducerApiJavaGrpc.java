package com.example.producer.grpc;

import com.example.producer.config.CoreConfiguration;
import com.example.producer.config.Launch;
import com.example.producer.grpc.server.ServerConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** Takes entity events in over gRPC and stores them in PostgreSQL. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({CoreConfiguration.class, ServerConfiguration.class})
public class ProducerApiJavaGrpc {

    /** Runs the service; see {@link Launch} for how it ends. */
    public static void main(String... arguments) {
        Launch.service("producer-api-java-grpc", "GRPC_SERVER_PORT", ProducerApiJavaGrpc.class);
    }
}
