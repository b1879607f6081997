package com.example.producer.event;

import org.jspecify.annotations.Nullable;

/**
 * updatedAttributes as JSON text, with the rule they break.
 *
 * @param breach which rule is broken; null when all are kept
 */
public record Attributes(String json, @Nullable String breach) {

    /** What the rule about numbers says, for a wire whose numbers may be no JSON. */
    public static final String NO_DOUBLE = "must hold only numbers that fit an IEEE 754 double";

    /**
     * Checks the rules on the text of a JSON object. The text must be valid JSON: the wire that parsed or wrote it
     * vouches for that.
     */
    public static Attributes of(String json) {
        return new AttributesScan(json).attributes();
    }
}
