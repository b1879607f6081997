package com.example.producer.event;

import org.jspecify.annotations.Nullable;

/** One pass over the text of a JSON object that is known to be valid. */
final class AttributesScan {
    /** In this length no literal without an exponent can leave the range of a double; the common number is not parsed. */
    private static final int ALWAYS_FITS = 300;

    /** What PostgreSQL's numeric takes, far beyond what a double tells apart. */
    private static final int MAX_DECIMAL_PLACES = 16_383;

    /** An exponent beyond this can only belong to a zero, or to what rounds to it. */
    private static final int MAX_EXPONENT_DIGITS = 9;

    private final String json;
    private int at;

    AttributesScan(String json) {
        this.json = json;
    }

    /** The first rule that the text breaks, or null. */
    @Nullable String breach() {
        int depth = 0;
        while (at < json.length()) {
            char c = json.charAt(at);
            String breach = null;
            if (c == '"') {
                breach = passString();
            } else if (c == '-' || (c >= '0' && c <= '9')) {
                breach = passNumber();
            } else {
                at++;
                depth += depthChange(c);
            }
            if (depth > EventRules.MAX_ATTRIBUTES_DEPTH) {
                return "must be at most " + EventRules.MAX_ATTRIBUTES_DEPTH + " levels deep";
            }
            if (breach != null) {
                return breach;
            }
        }
        return null;
    }

    private static int depthChange(char c) {
        return switch (c) {
            case '{', '[' -> 1;
            case '}', ']' -> -1;
            default -> 0;
        };
    }

    private @Nullable String passString() {
        boolean holdsNul = false;
        at++;
        while (json.charAt(at) != '"') {
            if (json.charAt(at) == '\\') {
                holdsNul |= json.startsWith("\\u0000", at);
                at++;
            }
            at++;
        }
        at++;
        return holdsNul ? EventRules.NUL_DETAIL : null;
    }

    private @Nullable String passNumber() {
        int start = at;
        int exponentAt = -1;
        while (at < json.length() && isNumberPart(json.charAt(at))) {
            if ((json.charAt(at) | 0x20) == 'e') {
                exponentAt = at - start;
            }
            at++;
        }
        if (exponentAt < 0 && at - start <= ALWAYS_FITS) {
            return null;
        }
        String literal = json.substring(start, at);
        if (Double.isInfinite(Double.parseDouble(literal))) {
            return Attributes.NO_DOUBLE;
        }
        return isStorable(literal, exponentAt)
                ? null
                : "must hold only numbers of at most " + MAX_DECIMAL_PLACES + " decimal places";
    }

    private static boolean isNumberPart(char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
    }

    /** Counts the digits after the point once the exponent is applied. */
    private static boolean isStorable(String literal, int exponentAt) {
        String mantissa = exponentAt < 0 ? literal : literal.substring(0, exponentAt);
        String exponent = exponentAt < 0 ? "0" : literal.substring(exponentAt + 1);
        if (exponent.length() - (Character.isDigit(exponent.charAt(0)) ? 0 : 1) > MAX_EXPONENT_DIGITS) {
            return false;
        }
        int point = mantissa.indexOf('.');
        int places = point < 0 ? 0 : mantissa.length() - point - 1;
        return places - Integer.parseInt(exponent) <= MAX_DECIMAL_PLACES;
    }
}
