package com.example.producer.event;

import java.time.YearMonth;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * createdDate or savedDate as it was written.
 *
 * @param isNumber true for a JSON number, whose literal the text then is
 */
public record EventDate(String text, boolean isNumber) {
    private static final Pattern EPOCH_MILLIS = Pattern.compile("[0-9]{1,15}");

    private static final Pattern DATE_TIME =
            Pattern.compile("([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
                    + "(\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])");

    static final String DETAIL = "must be an RFC 3339 date-time or 1 to 15 digits of epoch milliseconds";

    /** A date that came as a string. */
    public static EventDate ofText(String text) {
        return new EventDate(text, false);
    }

    /** A date that came as a JSON number with this literal. */
    public static EventDate ofNumber(String literal) {
        return new EventDate(literal, true);
    }

    /** True for every form of a date that the contract knows. */
    boolean isValid() {
        if (isNumber) {
            // A minus, a fraction and an exponent are no digits; -0 is refused with them.
            return EPOCH_MILLIS.matcher(text).matches();
        }
        Matcher dateTime = DATE_TIME.matcher(text);
        return dateTime.matches()
                ? isCalendarDay(dateTime)
                : EPOCH_MILLIS.matcher(text).matches();
    }

    private static boolean isCalendarDay(Matcher dateTime) {
        int year = Integer.parseInt(dateTime.group(1));
        int month = Integer.parseInt(dateTime.group(2));
        int day = Integer.parseInt(dateTime.group(3));
        return year >= 1 && day >= 1 && day <= YearMonth.of(year, month).lengthOfMonth();
    }
}
