package com.example.producer.config;

/** A variable with a value that it cannot have. The message is one line: the variable, what it may hold, no secret. */
public final class SettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SettingException(String variable, String complaint) {
        super(variable + ": " + complaint, null, false, false);
    }
}
