package com.example.producer.event;

import java.math.BigDecimal;
import java.math.MathContext;

/** Doubles as JSON text. */
public final class Doubles {
    /** Far above the numbers that have less than two digits. */
    private static final double TINY = 1e-300;

    private Doubles() {}

    /** The shortest text that denotes exactly this finite number. */
    public static String shortest(double number) {
        String text = Double.toString(number);
        if (number == 0 || Math.abs(number) > TINY) {
            return text;
        }
        // The library writes two digits where one would do and two come closer: 4.9E-324 for 5E-324.
        String oneDigit = new BigDecimal(text).round(new MathContext(1)).toString();
        return Double.parseDouble(oneDigit) == number ? oneDigit : text;
    }
}
