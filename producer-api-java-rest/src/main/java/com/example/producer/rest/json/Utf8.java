package com.example.producer.rest.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** What the parser would take and the contract does not: other encodings, a byte-order mark, invalid UTF-8. */
final class Utf8 {
    private static final int CHUNK_CHARS = 4096;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /** The parser tells UTF-16 and UTF-32 by zero bytes among so many. */
    private static final int GUESSED_FROM = 4;

    private Utf8() {}

    /**
     * Lets a body pass that is UTF-8 and nothing else.
     *
     * @throws com.example.producer.fault.FaultException {@code malformed}
     */
    static void check(byte[] body) {
        for (int at = 0; at < Math.min(GUESSED_FROM, body.length); at++) {
            if (body[at] == 0) {
                throw EventJson.malformed("the body is not valid JSON");
            }
        }
        if (body.length >= 3 && ByteBuffer.wrap(body, 0, 3).equals(ByteBuffer.wrap(BYTE_ORDER_MARK))) {
            throw EventJson.malformed("the body begins with a byte-order mark");
        }
        if (!isValid(body)) {
            throw EventJson.malformed("the body is not valid UTF-8");
        }
    }

    private static boolean isValid(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer bytes = ByteBuffer.wrap(body);
        CharBuffer chunk = CharBuffer.allocate(Math.min(CHUNK_CHARS, body.length));
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) {
            chunk.clear();
            result = decoder.decode(bytes, chunk, true);
        }
        return !result.isError();
    }
}
