package com.example.producer.event;

import java.math.BigDecimal;
import java.math.MathContext;

/** Doubles as JSON text. */
public final class Doubles {
    /** Far above the numbers that have less than two digits. */
    private static final double TINY = 1e-300;

    /** Before 19 the library often writes more digits than needed: 8.409999999999999E21 for 8.41E21. */
    private static final boolean LIBRARY_IS_SHORTEST = Runtime.version().feature() >= 19;

    /** No double needs more digits; a text of fewer is short enough to be right. */
    private static final int MOST_DIGITS = 17;

    private Doubles() {}

    /** The shortest text that denotes exactly this finite number. */
    public static String shortest(double number) {
        String text = Double.toString(number);
        if (!LIBRARY_IS_SHORTEST && text.length() >= MOST_DIGITS - 1) {
            return fewestDigits(number, text);
        }
        if (number == 0 || Math.abs(number) > TINY) {
            return text;
        }
        // The library writes two digits where one would do and two come closer: 4.9E-324 for 5E-324.
        String oneDigit = new BigDecimal(text).round(new MathContext(1)).toString();
        return Double.parseDouble(oneDigit) == number ? oneDigit : text;
    }

    private static String fewestDigits(double number, String text) {
        BigDecimal exact = new BigDecimal(number);
        for (int digits = 1; digits < MOST_DIGITS; digits++) {
            String rounded = exact.round(new MathContext(digits)).toString();
            if (Double.parseDouble(rounded) == number) {
                return rounded;
            }
        }
        return text;
    }
}
