package com.example.producer.fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs faults: those of callers at info, ours at error, one line each. */
public final class FaultLog {
    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);

    private FaultLog() {}

    /**
     * Logs a fault that so many events of one request ended with.
     *
     * @param place the path or method that was called
     */
    public static void record(Fault fault, String place, int events) {
        if (fault.kind().isCallersFault()) {
            LOG.info("request failed {}", new Line(fault, place, events));
        } else if (fault.kind() == FaultKind.INTERNAL) {
            LOG.error("request failed {}", new Line(fault, place, events), fault.cause());
        } else {
            LOG.error("request failed {}", new Line(fault, place, events));
        }
    }

    /** Written only when the level asks for it. */
    private record Line(Fault fault, String place, int events) {
        @Override
        public String toString() {
            StringBuilder line = new StringBuilder()
                    .append("fault=")
                    .append(fault.kind().word())
                    .append(" detail=\"")
                    .append(printable(fault.detail()))
                    .append("\" path=")
                    .append(printable(place));
            if (events > 1) {
                line.append(" events=").append(events);
            }
            for (Throwable cause = fault.cause(); cause != null; cause = cause.getCause()) {
                line.append(" cause=\"").append(printable(cause.toString())).append('"');
            }
            return line.toString();
        }

        /** What a caller sent must not begin a line of its own in the log. */
        private static String printable(String text) {
            return text.replaceAll("\\p{Cntrl}", " ");
        }
    }
}
