package event

import (
	"strconv"
	"strings"
)

// Attributes are updatedAttributes as JSON text, with the rule they break.
type Attributes struct {
	JSON string
	// Breach says which rule is broken; empty when all are kept.
	Breach string
}

// NewAttributes checks the rules on the text of a JSON object. The text must be
// valid JSON: the wire that parsed or wrote it vouches for that.
func NewAttributes(json string) Attributes {
	return Attributes{JSON: json, Breach: attributesBreach(json)}
}

// alwaysFits is a length in which no literal without an exponent can leave the
// range of a double, so that the common number is not parsed at all.
const alwaysFits = 300

// What PostgreSQL's numeric takes, far beyond what a double tells apart.
const (
	maxDecimalPlaces = 16_383
	maxExponent      = 1_000_000_000
)

func attributesBreach(json string) string {
	depth := 0
	for at := 0; at < len(json); {
		switch c := json[at]; {
		case c == '"':
			length, nul := stringLiteral(json[at:])
			if nul {
				return "must not contain a NUL character"
			}
			at += length
		case c == '-' || c >= '0' && c <= '9':
			length := numberLiteral(json[at:])
			if breach := numberBreach(json[at : at+length]); breach != "" {
				return breach
			}
			at += length
		case c == '{' || c == '[':
			if depth++; depth > MaxAttributesDepth {
				return "must be at most " + strconv.Itoa(MaxAttributesDepth) + " levels deep"
			}
			at++
		case c == '}' || c == ']':
			depth--
			at++
		default:
			at++
		}
	}
	return ""
}

// stringLiteral gives the length of the literal at the start of json, quotes
// included, and whether it escapes a NUL character.
func stringLiteral(json string) (length int, nul bool) {
	for at := 1; at < len(json); {
		step := strings.IndexAny(json[at:], `"\`)
		if step < 0 {
			break
		}
		at += step
		if json[at] == '"' {
			return at + 1, nul
		}
		nul = nul || strings.HasPrefix(json[at:], `\u0000`)
		at += 2
	}
	return len(json), nul
}

func numberLiteral(json string) int {
	length := 1
	for length < len(json) && strings.IndexByte("0123456789.eE+-", json[length]) >= 0 {
		length++
	}
	return length
}

// numberBreach refuses what no double can hold, and what PostgreSQL's numeric
// cannot hold although a double's rounding to zero can.
func numberBreach(literal string) string {
	exponentAt := strings.IndexAny(literal, "eE")
	if exponentAt < 0 && len(literal) <= alwaysFits {
		return ""
	}
	if _, err := strconv.ParseFloat(literal, 64); err != nil {
		return "must hold only numbers that fit an IEEE 754 double"
	}
	if !storable(literal, exponentAt) {
		return "must hold only numbers of at most " + strconv.Itoa(maxDecimalPlaces) + " decimal places"
	}
	return ""
}

// storable counts the digits after the point once the exponent is applied. An
// exponent beyond maxExponent can only belong to a zero.
func storable(literal string, exponentAt int) bool {
	mantissa, exponent := literal, 0
	if exponentAt >= 0 {
		parsed, err := strconv.Atoi(literal[exponentAt+1:])
		if err != nil || parsed > maxExponent {
			return false
		}
		mantissa, exponent = literal[:exponentAt], parsed
	}
	places := 0
	if point := strings.IndexByte(mantissa, '.'); point >= 0 {
		places = len(mantissa) - point - 1
	}
	return places-exponent <= maxDecimalPlaces
}
