package windows

// Format changes when the meaning of the lines does.
const Format = 1

// The first line.
type formatLine struct {
	Line   string `json:"line"`
	Format int    `json:"format"`
}

// When second 0 began. There is none in a test that was never released.
type startLine struct {
	Line string `json:"line"`
	// Microseconds since 1970 by the clock of the wall.
	UnixUS int64 `json:"unix_us"`
}

// How many VUs were at work at one moment of a second.
type vusLine struct {
	Line   string `json:"line"`
	Second int64  `json:"second"`
	VUs    int64  `json:"vus"`
}

// A part of what happened in one scenario in one second.
type secondLine struct {
	Line     string   `json:"line"`
	Scenario string   `json:"scenario"`
	Second   int64    `json:"second"`
	Counters counters `json:"counters"`
	// Null without samples, else an HdrHistogram in the compressed encoding V2,
	// as base64, of microseconds.
	Histograms map[clock]*string `json:"histograms"`
	// Samples in each histogram.
	counts map[clock]int64
}

// The last line.
type endLine struct {
	Line string `json:"line"`
	// How many lines of seconds there are.
	Lines     int64             `json:"lines"`
	Scenarios map[string]*total `json:"scenarios"`
}

// What is counted. Whatever lasts is in whole microseconds, so that sums are exact.
type counters struct {
	// Iterations that came to their end, and how long they took with think time.
	Iterations  uint64 `json:"iterations"`
	IterationUS uint64 `json:"iteration_us"`

	Attempted    uint64            `json:"events_attempted"`
	Acknowledged uint64            `json:"events_acknowledged"`
	Failed       map[string]uint64 `json:"events_failed"`
	Unknown      uint64            `json:"events_unknown"`

	Dropped           uint64 `json:"dropped_iterations"`
	ConnectionsOpened uint64 `json:"connections_opened"`
	SentBytes         uint64 `json:"sent_bytes"`
	ReceivedBytes     uint64 `json:"received_bytes"`

	// Durations above the range of the histograms, which hold its end instead.
	AboveRange uint64 `json:"above_range"`
}

func (c *counters) add(other *counters) {
	c.Iterations += other.Iterations
	c.IterationUS += other.IterationUS
	c.Attempted += other.Attempted
	c.Acknowledged += other.Acknowledged
	for kind, count := range other.Failed {
		c.Failed[kind] += count
	}
	c.Unknown += other.Unknown
	c.Dropped += other.Dropped
	c.ConnectionsOpened += other.ConnectionsOpened
	c.SentBytes += other.SentBytes
	c.ReceivedBytes += other.ReceivedBytes
	c.AboveRange += other.AboveRange
}

// The sum of a scenario's lines.
type total struct {
	Counters counters `json:"counters"`
	// Samples in the histograms.
	Samples map[clock]int64 `json:"samples"`
}

type totals struct {
	lines     int64
	scenarios map[string]*total
}

func newTotals() totals {
	return totals{scenarios: map[string]*total{}}
}

func (t *totals) add(line *secondLine) {
	t.lines++
	of := t.scenarios[line.Scenario]
	if of == nil {
		of = &total{Counters: counters{Failed: map[string]uint64{}}, Samples: map[clock]int64{}}
		for _, clock := range clocks {
			of.Samples[clock] = 0
		}
		t.scenarios[line.Scenario] = of
	}
	of.Counters.add(&line.Counters)
	for clock, count := range line.counts {
		of.Samples[clock] += count
	}
}
