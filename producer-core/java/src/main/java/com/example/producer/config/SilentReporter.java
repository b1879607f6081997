package com.example.producer.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Keeps Spring's own report of a failed start, a page with a stack trace, from being written beside {@link Launch}'s. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class SilentReporter implements SpringBootExceptionReporter {

    /** Spring makes it with this constructor. */
    SilentReporter(@Nullable ConfigurableApplicationContext context) {}

    @Override
    public boolean reportException(Throwable failure) {
        return true;
    }
}
