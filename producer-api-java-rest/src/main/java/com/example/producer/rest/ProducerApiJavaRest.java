package com.example.producer.rest;

import com.example.producer.config.CoreConfiguration;
import com.example.producer.config.Launch;
import com.example.producer.rest.server.ServerConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** Takes entity events in over HTTP and stores them in PostgreSQL. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({CoreConfiguration.class, ServerConfiguration.class})
public class ProducerApiJavaRest {

    /** Runs the service; see {@link Launch} for how it ends. */
    public static void main(String... arguments) {
        Launch.service("producer-api-java-rest", "SERVER_PORT", ProducerApiJavaRest.class);
    }
}
