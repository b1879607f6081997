package com.example.producer.config;

import io.netty.util.NetUtil;
import java.util.Locale;
import java.util.Set;

/**
 * What the variables mean.
 *
 * @param address the address to listen on
 */
public record Settings(String address, int port, DatabaseUrl database, int maxConnections, String logLevel) {
    private static final String DEFAULT_ADDRESS = "127.0.0.1";
    private static final String DEFAULT_DATABASE_URL = "postgresql://postgres:password@localhost:5432/car_entities";
    private static final int DEFAULT_MAX_CONNECTIONS = 10;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_CONNECTIONS = 1000;
    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace");

    /**
     * Checks everything that was typed.
     *
     * @throws SettingException naming the first variable that cannot be used
     */
    public static Settings of(ProducerProperties typed) {
        return new Settings(
                address(typed.address()),
                port(typed),
                DatabaseUrl.parse(or(typed.databaseUrl(), DEFAULT_DATABASE_URL), typed.service()),
                maxConnections(typed.databaseMaxConnections()),
                logLevel(typed.logLevel()));
    }

    private static String address(String typed) {
        String address = or(typed, DEFAULT_ADDRESS);
        if (!isIpAddress(address)) {
            throw new SettingException("SERVER_ADDRESS", quoted(address) + " is not an IP address");
        }
        return address;
    }

    private static int port(ProducerProperties typed) {
        if (typed.port().isEmpty()) {
            return typed.defaultPort();
        }
        int port = number(typed.port(), MAX_PORT);
        if (port < 1) {
            throw new SettingException(typed.portVariable(), quoted(typed.port()) + " is not a port (1 to 65535)");
        }
        return port;
    }

    private static int maxConnections(String typed) {
        if (typed.isEmpty()) {
            return DEFAULT_MAX_CONNECTIONS;
        }
        int maxConnections = number(typed, MAX_CONNECTIONS);
        if (maxConnections < 1) {
            throw new SettingException(
                    "DATABASE_MAX_CONNECTIONS", quoted(typed) + " is not a whole number from 1 to " + MAX_CONNECTIONS);
        }
        return maxConnections;
    }

    private static String logLevel(String typed) {
        String level = or(typed, "info").toLowerCase(Locale.ROOT);
        if (!LOG_LEVELS.contains(level)) {
            throw new SettingException("LOG_LEVEL", quoted(typed) + " is none of error, warn, info, debug, trace");
        }
        return level;
    }

    private static String or(String typed, String otherwise) {
        return typed.isEmpty() ? otherwise : typed;
    }

    /** The number in plain digits, or -1 where it is none from 0 to max. */
    private static int number(String text, int max) {
        boolean isShort = !text.isEmpty() && text.length() <= 9;
        if (!isShort || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int number = Integer.parseInt(text);
        return number <= max ? number : -1;
    }

    /** Without asking a name server. Brackets and zones belong to other notations. */
    private static boolean isIpAddress(String text) {
        boolean isPlain = text.chars().noneMatch(c -> c == '[' || c == ']' || c == '%');
        return isPlain && (NetUtil.isValidIpV4Address(text) || NetUtil.isValidIpV6Address(text));
    }

    private static String quoted(String value) {
        return '"' + value.replaceAll("\\p{Cntrl}", "?") + '"';
    }
}
