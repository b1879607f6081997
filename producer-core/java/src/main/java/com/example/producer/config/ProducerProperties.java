package com.example.producer.config;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What was typed. application.yml of each service says which variable each value comes from, and its default.
 *
 * @param portVariable the variable that {@code port} comes from, the one in which the wires differ
 */
@ConfigurationProperties("producer")
public record ProducerProperties(
        String portVariable,
        String port,
        String address,
        String databaseUrl,
        String databaseMaxConnections,
        String logLevel) {

    /** The values may hold a password. */
    @Override
    public String toString() {
        return "ProducerProperties[port=" + port + ", address=" + address + "]";
    }
}
