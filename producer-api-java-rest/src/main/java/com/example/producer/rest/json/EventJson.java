package com.example.producer.rest.json;

import com.example.producer.event.Draft;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultException;
import com.example.producer.fault.FaultKind;
import com.example.producer.ingest.BatchElement;
import com.example.producer.ingest.Ingest;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** Reads bodies. The stream parser is used as it is: binding would decide about types, names and numbers by itself. */
public final class EventJson {
    /** How deep a body may be nested, its root being the first level. */
    private static final int MAX_DEPTH = 64;

    /** The body has a limit of its own, so that only the depth is left to limit here. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private EventJson() {}

    /**
     * Reads one event.
     *
     * @throws FaultException {@code malformed}
     */
    public static Draft event(byte[] body) {
        return read(body, (parser, text) -> new EventReader(parser, text).draft());
    }

    /**
     * Reads an array of events. An element that is no event carries its fault.
     *
     * @throws FaultException {@code malformed}, when the body is no JSON array
     */
    public static List<BatchElement> batch(byte[] body) {
        return read(body, (parser, text) -> {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw malformed("the body must be an array");
            }
            EventReader reader = new EventReader(parser, text);
            List<BatchElement> batch = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                // One more than allowed tells that there are too many.
                if (batch.size() <= Ingest.MAX_BATCH) {
                    batch.add(reader.element());
                } else {
                    parser.skipChildren();
                }
            }
            return batch;
        });
    }

    /** Reads the one value of a body with the given function, and wants nothing but white space after it. */
    private static <T> T read(byte[] body, BiFunction<JsonParser, char[], T> value) {
        CharBuffer text = Utf8.decode(body);
        // Of the library's two parsers the one over characters: that over bytes refuses escaped surrogate pairs in
        // names.
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text.array(), 0, text.remaining())) {
            if (parser.nextToken() == null) {
                throw malformed("the body is empty");
            }
            T result = value.apply(parser, text.array());
            if (parser.nextToken() != null) {
                throw malformed("there is more after the end of the JSON value");
            }
            return result;
        } catch (JacksonException notJson) {
            throw Fault.causedBy(
                            FaultKind.MALFORMED, "the body is not valid JSON, or nested deeper than 64 levels", notJson)
                    .asException();
        }
    }

    static FaultException malformed(String detail) {
        return Fault.of(FaultKind.MALFORMED, detail).asException();
    }
}
