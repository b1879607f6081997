package com.example.producer.store;

import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultException;
import com.example.producer.fault.FaultKind;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcTimeoutException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The one place where what happened to a statement becomes a fault. */
final class StoreFaults {
    private static final String UNDEFINED_TABLE = "42P01";

    /** Serialization failure and deadlock: the transaction was rolled back for the sake of another one. */
    private static final Set<String> RETRYABLE = Set.of("40001", "40P01");

    /** Connection exception, insufficient resources. */
    private static final Set<String> UNAVAILABLE_CLASSES = Set.of("08", "53");

    /** Shut down, crashed or not yet up; a stand-by, which can only be read. */
    private static final Set<String> UNAVAILABLE = Set.of("57P01", "57P02", "57P03", "25006");

    private static final String UNREACHABLE = "the database is out of reach";
    private static final String MISSING_TABLE = "the table car_entities is missing";

    private StoreFaults() {}

    /** True where the same statement may succeed when it is simply run again. */
    static boolean isRetryable(Throwable failure) {
        String state = sqlState(failure);
        return state != null && RETRYABLE.contains(state);
    }

    /** For a statement that failed. */
    static FaultException ofStatement(Throwable failure) {
        String state = sqlState(failure);
        if (UNDEFINED_TABLE.equals(state)) {
            return unavailable(MISSING_TABLE, failure);
        }
        boolean isUnreachable = state == null ? isConnectionTrouble(failure) : isAway(state);
        if (isUnreachable) {
            return unavailable(UNREACHABLE, failure);
        }
        return Fault.causedBy(FaultKind.INTERNAL, "the event could not be stored", failure)
                .asException();
    }

    /** For an acquire that failed: whatever the reason, there is no database for this request. */
    static FaultException ofAcquire(Throwable failure) {
        boolean isPoolExhausted =
                failure instanceof R2dbcTimeoutException && failure.getCause() instanceof TimeoutException;
        return unavailable(isPoolExhausted ? "no database connection came free in time" : UNREACHABLE, failure);
    }

    /** For the readiness query, whose every failure means "not ready". */
    static FaultException ofReadiness(Throwable failure) {
        String state = sqlState(failure);
        if (UNDEFINED_TABLE.equals(state)) {
            return unavailable(MISSING_TABLE, failure);
        }
        return unavailable(state == null ? UNREACHABLE : "the table car_entities cannot be read", failure);
    }

    private static FaultException unavailable(String detail, Throwable cause) {
        return Fault.causedBy(FaultKind.UNAVAILABLE, detail, cause).asException();
    }

    private static boolean isAway(String state) {
        return UNAVAILABLE.contains(state)
                || UNAVAILABLE_CLASSES.contains(state.substring(0, Math.min(2, state.length())));
    }

    /** An error without an SQLSTATE came from the connection, not from the database. */
    private static boolean isConnectionTrouble(Throwable failure) {
        return failure instanceof R2dbcException
                || failure instanceof IOException
                || failure instanceof TimeoutException;
    }

    private static @Nullable String sqlState(Throwable failure) {
        return failure instanceof R2dbcException refusal ? refusal.getSqlState() : null;
    }
}
