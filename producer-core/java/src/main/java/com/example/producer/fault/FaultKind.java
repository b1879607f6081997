package com.example.producer.fault;

/** The words a caller sees; the whole list, which a test compares with contract/faults.yaml. */
public enum FaultKind {
    MALFORMED("malformed", "Malformed request"),
    INVALID_EVENT("invalid_event", "Invalid event"),
    TOO_LARGE("too_large", "Body too large"),
    UNSUPPORTED_MEDIA("unsupported_media", "Unsupported media type"),
    NOT_FOUND("not_found", "Not found"),
    METHOD_NOT_ALLOWED("method_not_allowed", "Method not allowed"),
    UNAVAILABLE("unavailable", "Service unavailable"),
    INTERNAL("internal", "Internal error");

    private final String word;
    private final String title;

    FaultKind(String word, String title) {
        this.word = word;
        this.title = title;
    }

    /** The word in a reply's {@code fault}. */
    public String word() {
        return word;
    }

    /** The words for people that stand for the kind. */
    public String title() {
        return title;
    }

    /** True where repeating the same request cannot help. */
    public boolean isCallersFault() {
        return this != UNAVAILABLE && this != INTERNAL;
    }
}
