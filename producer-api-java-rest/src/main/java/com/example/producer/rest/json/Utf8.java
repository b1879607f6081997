package com.example.producer.rest.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes a body. The parser would do it too, but it takes other encodings, and much that is no UTF-8. */
final class Utf8 {
    private static final char BYTE_ORDER_MARK = '\ufeff';

    private Utf8() {}

    /**
     * The characters of a body that is UTF-8 and nothing else.
     *
     * @throws com.example.producer.fault.FaultException {@code malformed}
     */
    static CharBuffer decode(byte[] body) {
        CharBuffer text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException invalid) {
            throw EventJson.malformed("the body is not valid UTF-8");
        }
        if (text.hasRemaining() && text.get(0) == BYTE_ORDER_MARK) {
            throw EventJson.malformed("the body begins with a byte-order mark");
        }
        return text;
    }
}
