package com.example.producer.grpc.server;

import com.example.producer.event.Attributes;
import com.example.producer.event.Doubles;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a Struct as the JSON text that the other wire would have brought. */
final class StructJson {
    /** Below this every whole number is a double, and every whole double prints as itself. */
    private static final double LARGEST_WHOLE = 9_007_199_254_740_992.0;

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder json = new StringBuilder();
    private @Nullable String breach;

    private StructJson() {}

    /** The text, with the rule that it or a value breaks which JSON does not have. */
    static Attributes attributes(Struct struct) {
        StructJson writer = new StructJson();
        writer.object(struct);
        String text = writer.json.toString();
        return writer.breach == null ? Attributes.of(text) : new Attributes(text, writer.breach);
    }

    /** The parser's limit of nested messages bounds how often this and the next two call each other. */
    private void object(Struct struct) {
        char separator = '{';
        for (Map.Entry<String, Value> field : struct.getFieldsMap().entrySet()) {
            json.append(separator);
            string(field.getKey());
            json.append(':');
            value(field.getValue());
            separator = ',';
        }
        json.append(separator == '{' ? "{}" : "}");
    }

    private void list(ListValue list) {
        char separator = '[';
        for (Value value : list.getValuesList()) {
            json.append(separator);
            value(value);
            separator = ',';
        }
        json.append(separator == '[' ? "[]" : "]");
    }

    private void value(Value value) {
        switch (value.getKindCase()) {
            case NULL_VALUE -> json.append("null");
            case BOOL_VALUE -> json.append(value.getBoolValue());
            case NUMBER_VALUE -> number(value.getNumberValue());
            case STRING_VALUE -> string(value.getStringValue());
            case STRUCT_VALUE -> object(value.getStructValue());
            case LIST_VALUE -> list(value.getListValue());
            case KIND_NOT_SET -> breach = "must not hold a Value without a kind";
        }
    }

    private void number(double number) {
        if (!Double.isFinite(number)) {
            breach = Attributes.NO_DOUBLE;
        } else if (number == Math.rint(number) && Math.abs(number) <= LARGEST_WHOLE) {
            // As producers on the other wire write it: 5, not 5.0.
            json.append((long) number);
        } else {
            json.append(Doubles.shortest(number));
        }
    }

    private void string(String text) {
        json.append('"');
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 0xF]);
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
