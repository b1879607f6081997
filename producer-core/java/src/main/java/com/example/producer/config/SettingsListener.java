package com.example.producer.config;

import io.r2dbc.spi.ConnectionFactoryOptions;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.support.EnvironmentPostProcessorApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Checks the variables as soon as application.yml is read, before anything else uses them, and maps DATABASE_URL. What it
 * adds comes last, so that SPRING_R2DBC_URL, SPRING_R2DBC_USERNAME and SPRING_R2DBC_PASSWORD win.
 */
final class SettingsListener implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
    private static final String URL = "spring.r2dbc.url";

    @Override
    public int getOrder() {
        return EnvironmentPostProcessorApplicationListener.DEFAULT_ORDER + 1;
    }

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        ConfigurableEnvironment environment = event.getEnvironment();
        Settings settings = Settings.of(Binder.get(environment)
                .bind("producer", ProducerProperties.class)
                .get());
        environment.getPropertySources().addFirst(new MapPropertySource("settings", ofSpring(settings)));
        environment.getPropertySources().addLast(new MapPropertySource("DATABASE_URL", ofR2dbc(settings.database())));
        checkR2dbcUrl(environment.getRequiredProperty(URL));
    }

    /** What is checked goes before what was typed, which may be empty. */
    private static Map<String, Object> ofSpring(Settings settings) {
        return Map.of(
                "server.address", settings.address(),
                "server.port", settings.port(),
                "spring.grpc.server.address", settings.address(),
                "spring.grpc.server.port", settings.port(),
                "spring.r2dbc.pool.max-size", settings.maxConnections(),
                "logging.level.com.example.producer", settings.logLevel());
    }

    private static Map<String, Object> ofR2dbc(DatabaseUrl database) {
        Map<String, Object> mapped = new HashMap<>();
        mapped.put(URL, database.r2dbcUrl());
        mapped.put("spring.r2dbc.username", database.user());
        String password = database.password();
        if (password != null) {
            mapped.put("spring.r2dbc.password", password);
        }
        return mapped;
    }

    private static void checkR2dbcUrl(String url) {
        boolean isPostgres;
        try {
            Object driver = ConnectionFactoryOptions.parse(url).getValue(ConnectionFactoryOptions.DRIVER);
            isPostgres = "postgresql".equals(driver);
        } catch (IllegalArgumentException notAUrl) {
            isPostgres = false;
        }
        if (!isPostgres) {
            throw new SettingException(
                    "SPRING_R2DBC_URL", "the value is not an R2DBC URL (r2dbc:postgresql://host:port/database)");
        }
    }
}
