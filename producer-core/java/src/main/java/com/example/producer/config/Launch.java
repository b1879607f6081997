package com.example.producer.config;

import com.example.producer.fault.FaultException;
import com.example.producer.fault.FaultLog;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import reactor.core.publisher.Hooks;

/** Starts a service and gives each end its exit code. */
public final class Launch {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_BAD_SETTING = 2;

    private Launch() {}

    /**
     * Returns when the service runs. A start that fails says why in one line on stderr and ends the process with 2 for a
     * variable that cannot be used, else with 1. SIGTERM and SIGINT end it in order, with 0.
     *
     * @param name the service's name
     * @param portVariable named when the port cannot be opened
     */
    public static void service(String name, String portVariable, Class<?> configuration) {
        Hooks.onErrorDropped(Launch::logUnheard);
        SpringApplication application = new SpringApplication(configuration);
        application.setBannerMode(Banner.Mode.OFF);
        application.addListeners(new SettingsListener());
        try {
            application.run();
        } catch (RuntimeException failure) {
            LoggerFactory.getLogger(Launch.class).debug("the start failed", failure);
            SettingException complaint = cause(failure, SettingException.class);
            String reason = complaint == null ? reason(failure, portVariable) : complaint.getMessage();
            System.err.println(name + ": " + reason);
            System.exit(complaint == null ? EXIT_FAILED : EXIT_BAD_SETTING);
        }
        // The JVM would report an orderly stop on SIGTERM as 143. This runs when the context is closed.
        SpringApplication.getShutdownHandlers().add(() -> {
            LoggerFactory.getLogger(Launch.class).info("stopped");
            Runtime.getRuntime().halt(0);
        });
    }

    /** A caller may leave before its event fails; Reactor would log that with a stack trace. */
    private static void logUnheard(Throwable failure) {
        if (failure instanceof FaultException unheard) {
            FaultLog.record(unheard.fault(), "(the caller has left)", 1);
        } else {
            LoggerFactory.getLogger(Launch.class).debug("nobody waits for this failure any more", failure);
        }
    }

    private static String reason(Throwable failure, String portVariable) {
        // Until it runs, a service does no other input and output than to open its port.
        IOException notOpened = cause(failure, IOException.class);
        if (notOpened != null) {
            return "cannot listen (SERVER_ADDRESS, " + portVariable + "): "
                    + innermost(notOpened).getMessage();
        }
        return "cannot start: " + innermost(failure).getClass().getSimpleName() + " (LOG_LEVEL=debug tells more)";
    }

    private static Throwable innermost(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
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
