package windows

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A clock is what a histogram is of.
type clock string

const (
	// The script's own clock of a call, apart by its outcome: a quick refusal
	// must not improve a median. Together they are the clock that all wires share.
	acknowledged clock = "acknowledged"
	failed       clock = "failed"
	unknown      clock = "unknown"
	// The wire's own: http_req_duration or grpc_req_duration.
	request clock = "request"
)

var clocks = [...]clock{acknowledged, failed, unknown, request}

// The range and the precision of every histogram: a microsecond to a minute, in
// three digits.
const (
	lowestUS  = 1
	highestUS = 60_000_000
	digits    = 3
)

// What happened in one scenario in one second, as far as it is known.
type second struct {
	scenario   string
	number     int64
	counters   counters
	histograms [len(clocks)]*hdrhistogram.Histogram
}

func microseconds(milliseconds float64) uint64 {
	return uint64(math.Round(math.Max(milliseconds, 0) * 1000))
}

func (s *second) line() (secondLine, error) {
	line := secondLine{
		Line:       "second",
		Scenario:   s.scenario,
		Second:     s.number,
		Counters:   s.counters,
		Histograms: map[clock]*string{},
		counts:     map[clock]int64{},
	}
	for at, clock := range clocks {
		histogram := s.histograms[at]
		if histogram == nil {
			line.Histograms[clock] = nil
			continue
		}
		encoded, err := histogram.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			return line, err
		}
		text := string(encoded)
		line.Histograms[clock] = &text
		line.counts[clock] = histogram.TotalCount()
	}
	return line, nil
}
