package com.example.producer.config;

import java.net.BindException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;

/** Starts a service and gives each end its exit code. */
public final class Launch {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_BAD_SETTING = 2;

    private Launch() {}

    /**
     * Returns when the service runs. A start that fails says why in one line on stderr and ends the process with 2 for a
     * variable that cannot be used, else with 1. SIGTERM and SIGINT end it in order, with 0.
     */
    public static void service(String name, Class<?> configuration, String... arguments) {
        SpringApplication application = new SpringApplication(configuration);
        application.setBannerMode(Banner.Mode.OFF);
        application.addListeners(new SettingsListener());
        try {
            application.run(arguments);
        } catch (RuntimeException failure) {
            LoggerFactory.getLogger(Launch.class).debug("the start failed", failure);
            SettingException complaint = cause(failure, SettingException.class);
            System.err.println(name + ": " + (complaint == null ? reason(failure) : complaint.getMessage()));
            System.exit(complaint == null ? EXIT_FAILED : EXIT_BAD_SETTING);
        }
        // The JVM would report an orderly stop on SIGTERM as 143. This runs when the context is closed.
        SpringApplication.getShutdownHandlers().add(() -> {
            LoggerFactory.getLogger(Launch.class).info("stopped");
            Runtime.getRuntime().halt(0);
        });
    }

    private static String reason(Throwable failure) {
        BindException inUse = cause(failure, BindException.class);
        if (inUse != null) {
            return "cannot listen: " + inUse.getMessage();
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return "cannot start: " + root.getClass().getSimpleName() + " (LOG_LEVEL=debug tells more)";
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        for (Throwable next = failure; next != null; next = next.getCause()) {
            if (type.isInstance(next)) {
                return type.cast(next);
            }
        }
        return null;
    }
}
