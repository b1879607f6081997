package com.example.producer.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the variables mean.
 *
 * @param address the address to listen on
 */
public record Settings(String address, int port, DatabaseUrl database, int maxConnections, String logLevel) {
    private static final int MAX_PORT = 65_535;
    private static final int MAX_CONNECTIONS = 1000;
    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace");
    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

    /**
     * Checks everything that was typed.
     *
     * @throws SettingException naming the first variable that cannot be used
     */
    public static Settings of(ProducerProperties typed) {
        int port = number(typed.port(), MAX_PORT);
        if (port < 1) {
            throw new SettingException(typed.portVariable(), quoted(typed.port()) + " is not a port (1 to 65535)");
        }
        if (!isIpAddress(typed.address())) {
            throw new SettingException("SERVER_ADDRESS", quoted(typed.address()) + " is not an IP address");
        }
        DatabaseUrl database = DatabaseUrl.parse(typed.databaseUrl());
        int maxConnections = number(typed.databaseMaxConnections(), MAX_CONNECTIONS);
        if (maxConnections < 1) {
            throw new SettingException(
                    "DATABASE_MAX_CONNECTIONS",
                    quoted(typed.databaseMaxConnections()) + " is not a number of connections (1 to 1000)");
        }
        String logLevel = typed.logLevel().toLowerCase(Locale.ROOT);
        if (!LOG_LEVELS.contains(logLevel)) {
            throw new SettingException(
                    "LOG_LEVEL", quoted(typed.logLevel()) + " is not a log level (error, warn, info, debug or trace)");
        }
        return new Settings(typed.address(), port, database, maxConnections, logLevel);
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

    /** Only the form is checked here, without asking a name server; the listener meets an impossible one. */
    private static boolean isIpAddress(String text) {
        if (!IP_ADDRESS.matcher(text).matches()) {
            return false;
        }
        if (text.indexOf(':') >= 0) {
            return true;
        }
        return Pattern.compile("\\.").splitAsStream(text).allMatch(part -> Integer.parseInt(part) <= 255);
    }

    private static String quoted(String value) {
        return '"' + value.replaceAll("\\p{Cntrl}", "?") + '"';
    }
}
