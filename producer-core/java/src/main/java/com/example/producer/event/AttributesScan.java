package com.example.producer.event;

import org.jspecify.annotations.Nullable;

/**
 * One pass over the text of a JSON object that is known to be valid. The text stays as it is, but for numbers that a
 * double can hold and PostgreSQL's numeric may not, such as 0e99999 or one of twenty thousand decimal places: these
 * become the double that they denote.
 */
final class AttributesScan {
    /** In this length no literal without an exponent can leave the range of a double; the common number is not parsed. */
    private static final int PLAIN_DIGITS = 300;

    private final String json;
    private final StringBuilder rewritten = new StringBuilder();
    private int copied;
    private int at;
    private int depth;
    private @Nullable String breach;

    AttributesScan(String json) {
        this.json = json;
    }

    Attributes attributes() {
        while (breach == null && at < json.length()) {
            step(json.charAt(at));
        }
        if (breach != null || copied == 0) {
            return new Attributes(json, breach);
        }
        return new Attributes(rewritten.append(json, copied, json.length()).toString(), null);
    }

    private void step(char c) {
        if (c == '"') {
            passString();
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            passNumber();
        } else {
            at++;
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
            if (depth > EventRules.MAX_ATTRIBUTES_DEPTH) {
                breach = "must be at most " + EventRules.MAX_ATTRIBUTES_DEPTH + " levels deep";
            }
        }
    }

    private void passString() {
        at++;
        while (json.charAt(at) != '"') {
            if (json.charAt(at) == '\\') {
                if (json.startsWith("\\u0000", at)) {
                    breach = EventRules.NUL_DETAIL;
                }
                at++;
            }
            at++;
        }
        at++;
    }

    private void passNumber() {
        int start = at;
        boolean isPlain = true;
        while (at < json.length() && isNumberPart(json.charAt(at))) {
            isPlain &= (json.charAt(at) | 0x20) != 'e';
            at++;
        }
        if (isPlain && at - start <= PLAIN_DIGITS) {
            return;
        }
        double number = Double.parseDouble(json.substring(start, at));
        if (Double.isInfinite(number)) {
            breach = Attributes.NO_DOUBLE;
            return;
        }
        rewritten.append(json, copied, start).append(Doubles.shortest(number));
        copied = at;
    }

    private static boolean isNumberPart(char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
    }
}
