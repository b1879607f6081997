package com.example.producer.fault;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request failed.
 *
 * @param kind the word on the closed list
 * @param detail shown to the caller: never SQL, a stack or a driver's words
 * @param fields every broken field of an invalid event; empty for other kinds
 * @param cause for the log alone
 */
public record Fault(
        FaultKind kind,
        String detail,
        List<BrokenField> fields,
        @Nullable Throwable cause) {

    /** A fault without a cause beyond the request itself. */
    public static Fault of(FaultKind kind, String detail) {
        return new Fault(kind, detail, List.of(), null);
    }

    /** A fault whose cause goes to the log. */
    public static Fault causedBy(FaultKind kind, String detail, Throwable cause) {
        return new Fault(kind, detail, List.of(), cause);
    }

    /** The invalid_event that names the broken fields; there is at least one. */
    public static Fault invalid(List<BrokenField> fields) {
        BrokenField first = fields.get(0);
        String detail = first.path() + " " + first.detail();
        if (fields.size() > 1) {
            detail += " (and " + (fields.size() - 1) + " more)";
        }
        return new Fault(FaultKind.INVALID_EVENT, detail, List.copyOf(fields), null);
    }

    /** The fault that a failed step ends with: its own, or {@code internal} for what nobody foresaw. */
    public static Fault from(Throwable failure) {
        if (failure instanceof FaultException known) {
            return known.fault();
        }
        return causedBy(FaultKind.INTERNAL, "the request could not be processed", failure);
    }

    /** The fault as an error signal. */
    public FaultException asException() {
        return new FaultException(this);
    }
}
