package event

import "strings"

const dateDetail = "must be an RFC 3339 date-time or 1 to 15 digits of epoch milliseconds"

// valid is true for every form of a date that the contract knows. time.Parse
// would not do: it takes a comma before the fraction, offsets of 24 hours and hours
// of one digit.
func (d Date) valid() bool {
	if d.Number {
		// The literal of a JSON number has no superfluous zero in front; a minus,
		// a fraction and an exponent are no digits. -0 is refused with them.
		return isEpochMillis(d.Text)
	}
	return isEpochMillis(d.Text) || isDateTime(d.Text)
}

func isEpochMillis(text string) bool {
	return len(text) >= 1 && len(text) <= maxEpochDigits && digits(text)
}

// isDateTime checks YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm).
func isDateTime(text string) bool {
	const stem = len("2006-01-02T15:04:05")
	if len(text) <= stem || text[10] != 'T' && text[10] != 't' {
		return false
	}
	return isDay(text[:10]) && isClock(text[11:stem]) && isZone(afterFraction(text[stem:]))
}

// isDay wants YYYY-MM-DD, a day that the calendar has.
func isDay(text string) bool {
	year, month, day := text[:4], text[5:7], text[8:10]
	if text[4] != '-' || text[7] != '-' || !digits(year) || year == "0000" {
		return false
	}
	return month >= "01" && between(month, "12") && day >= "01" && between(day, lastDay(year, month))
}

// lastDay gives the last day of a month, as two digits.
func lastDay(year, month string) string {
	switch month {
	case "04", "06", "09", "11":
		return "30"
	case "02":
		if isLeap(year) {
			return "29"
		}
		return "28"
	}
	return "31"
}

// isLeap asks the last two digits, or the first two where those are 00, whether
// they are divisible by four: the Gregorian rule.
func isLeap(year string) bool {
	pair := year[2:]
	if pair == "00" {
		pair = year[:2]
	}
	return (int(pair[0]-'0')*10+int(pair[1]-'0'))%4 == 0
}

// isClock wants hh:mm:ss, without leap seconds.
func isClock(text string) bool {
	return text[2] == ':' && text[5] == ':' &&
		between(text[:2], "23") && between(text[3:5], "59") && between(text[6:8], "59")
}

// afterFraction cuts a fraction of 1 to 9 digits from the front. Where there is
// a point and no such fraction it gives the text back, which is no zone then.
func afterFraction(text string) string {
	if text[0] != '.' {
		return text
	}
	end := 1
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	if end == 1 || end > 10 {
		return text
	}
	return text[end:]
}

// isZone wants Z or an offset of 00:00 to 23:59.
func isZone(text string) bool {
	if strings.EqualFold(text, "Z") {
		return true
	}
	return len(text) == len("+00:00") && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
		between(text[1:3], "23") && between(text[4:6], "59")
}

// between wants as many digits as most has, and no more than it.
func between(text, most string) bool {
	return digits(text) && text <= most
}

func digits(text string) bool {
	for at := range len(text) {
		if text[at] < '0' || text[at] > '9' {
			return false
		}
	}
	return true
}
