package com.example.producer.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** The texts of postgres/queries, which the build puts beside the classes. */
final class Statements {
    static final String UPSERT = read("/queries/upsert.sql");
    static final String READY = read("/queries/ready.sql");

    private Statements() {}

    /** Without the comments, since the driver reads the text through for every call. */
    private static String read(String resource) {
        try (InputStream text = Statements.class.getResourceAsStream(resource)) {
            if (text == null) {
                throw new IllegalStateException(resource + " is not in the jar: the build must take it from postgres/");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("--"))
                    .collect(Collectors.joining("\n"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
