package com.example.producer.rest.server;

import java.util.Arrays;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/** Bytes up to a limit. Beyond it they are counted and thrown away, those from before included. */
final class BoundedBytes {
    private static final int SMALLEST = 1024;

    private final int limit;
    private byte[] bytes = {};
    private int length;
    private long received;

    BoundedBytes(int limit) {
        this.limit = limit;
    }

    /** Takes the buffer's bytes and releases it. */
    void append(DataBuffer next) {
        int more = next.readableByteCount();
        received += more;
        if (isOverLimit()) {
            bytes = new byte[0];
        } else {
            // What a client announces is no reason to set memory aside: only what has come is.
            if (bytes.length < received) {
                int doubled = Math.min(Math.max(bytes.length * 2, SMALLEST), limit);
                bytes = Arrays.copyOf(bytes, Math.max(doubled, (int) received));
            }
            next.read(bytes, length, more);
            length += more;
        }
        DataBufferUtils.release(next);
    }

    boolean isOverLimit() {
        return received > limit;
    }

    long received() {
        return received;
    }

    byte[] bytes() {
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }
}
