package com.example.producer.config;

import com.example.producer.ingest.Ingest;
import com.example.producer.store.EntityStore;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.r2dbc.autoconfigure.ConnectionFactoryOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What both services are made of: the pool that Spring makes of spring.r2dbc, the store and the use case. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ProducerProperties.class)
public class CoreConfiguration {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    @Bean
    Settings settings(ProducerProperties typed) {
        return Settings.of(typed);
    }

    @Bean
    ConnectionFactoryOptionsBuilderCustomizer driverOptions() {
        return options -> options.option(ConnectionFactoryOptions.CONNECT_TIMEOUT, CONNECT_TIMEOUT)
                .option(PostgresqlConnectionFactoryProvider.TCP_KEEPALIVE, true);
    }

    @Bean
    Ingest ingest(ConnectionFactory pool) {
        return new Ingest(new EntityStore(pool));
    }

    @Bean
    ServiceLog serviceLog(Settings settings, Ingest ingest) {
        return new ServiceLog(settings, ingest);
    }
}
