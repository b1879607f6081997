package com.example.producer.config;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What was typed; an empty text counts as absent. application.yml of each service says which variable each value comes
 * from.
 *
 * @param service the service's name, as in its folder
 * @param portVariable the variable that {@code port} comes from, the one in which the wires differ
 * @param defaultPort the port without that variable
 */
@ConfigurationProperties("producer")
public record ProducerProperties(
        String service,
        String portVariable,
        int defaultPort,
        String port,
        String address,
        String databaseUrl,
        String databaseMaxConnections,
        String logLevel) {

    /** The values may hold a password. */
    @Override
    public String toString() {
        return "ProducerProperties[service=" + service + "]";
    }
}
