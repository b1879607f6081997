package windows

import (
	"sort"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"go.k6.io/k6/v2/metrics"
)

// Its value is how long the test has run: by it the start is found.
const callClock = "call_clock"

// Later than every second.
var endOfTime = time.Unix(1<<40, 0)

// A series is what all samples with the same tags have in common.
type series struct {
	scenario string
	kind     string
	// The second of its last sample, as long as that one is not written.
	second *second
}

type key struct {
	scenario string
	number   int64
}

// Fold keeps the seconds that are not written yet.
type fold struct {
	// Zero until the first flush after the first sample of a scenario.
	start time.Time
	// What came before the start was known.
	early []metrics.SampleContainer

	seconds map[key]*second
	vus     []vusLine

	// Metrics and tags are looked up by address: by name would cost more than all
	// the rest. There are as many series as phases and kinds of failure.
	recorders map[*metrics.Metric]recorder
	series    map[*metrics.TagSet]*series

	spare []*hdrhistogram.Histogram
}

func newFold() *fold {
	return &fold{
		seconds:   map[key]*second{},
		recorders: map[*metrics.Metric]recorder{},
		series:    map[*metrics.TagSet]*series{},
	}
}

func (f *fold) add(containers []metrics.SampleContainer) {
	if f.start.IsZero() {
		f.early = append(f.early, containers...)
		return
	}
	for _, container := range containers {
		// A sample alone is a container too, and asking it for its samples copies it.
		if alone, is := container.(metrics.Sample); is {
			f.sample(&alone)
			continue
		}
		samples := container.GetSamples()
		for at := range samples {
			f.sample(&samples[at])
		}
	}
}

func (f *fold) sample(sample *metrics.Sample) {
	record, known := f.recorders[sample.Metric]
	if !known {
		record = recorders[sample.Metric.Name]
		f.recorders[sample.Metric] = record
	}
	if record == nil {
		return
	}
	record(f, sample)
}

// The second of a sample. One from before the start, which only a wrong clock can
// give, counts in the first.
func (f *fold) secondOf(sample *metrics.Sample) *second {
	series := f.seriesOf(sample)
	number := max(int64(sample.Time.Sub(f.start)/time.Second), 0)
	if series.second != nil && series.second.number == number {
		return series.second
	}
	at := key{series.scenario, number}
	found := f.seconds[at]
	if found == nil {
		found = &second{scenario: at.scenario, number: at.number}
		found.counters.Failed = map[string]uint64{}
		f.seconds[at] = found
	}
	series.second = found
	return found
}

func (f *fold) seriesOf(sample *metrics.Sample) *series {
	found := f.series[sample.Tags]
	if found == nil {
		found = &series{}
		found.scenario, _ = sample.Tags.Get("scenario")
		found.kind, _ = sample.Tags.Get("kind")
		f.series[sample.Tags] = found
	}
	return found
}

func (f *fold) histogram(of *second, at int) *hdrhistogram.Histogram {
	if of.histograms[at] == nil {
		if last := len(f.spare) - 1; last >= 0 {
			of.histograms[at], f.spare = f.spare[last], f.spare[:last]
		} else {
			of.histograms[at] = hdrhistogram.New(lowestUS, highestUS, digits)
		}
	}
	return of.histograms[at]
}

// Keeps what a written second no longer needs.
func (f *fold) takeBack(written *second) {
	for _, histogram := range written.histograms {
		if histogram != nil {
			histogram.Reset()
			f.spare = append(f.spare, histogram)
		}
	}
}

// What is to be written now.
type due struct {
	start   *startLine
	vus     []vusLine
	seconds []*second
}

// Gives away the seconds that ended before a moment, and when the start was not
// known, finds it.
func (f *fold) due(before time.Time) due {
	var due due
	if f.start.IsZero() && f.findStart() {
		due.start = &startLine{Line: "start", UnixUS: f.start.UnixMicro()}
		early := f.early
		f.early = nil
		f.add(early)
	}
	due.vus, f.vus = f.vus, nil
	for _, series := range f.series {
		series.second = nil
	}
	for at, second := range f.seconds {
		if end := f.start.Add(time.Duration(at.number+1) * time.Second); !end.After(before) {
			due.seconds = append(due.seconds, second)
			delete(f.seconds, at)
		}
	}
	sort.Slice(due.seconds, func(a, b int) bool {
		first, second := due.seconds[a], due.seconds[b]
		if first.number != second.number {
			return first.number < second.number
		}
		return first.scenario < second.scenario
	})
	return due
}

// The start is the earliest that any sample of a scenario tells of: each is taken
// after it, and the call clock says how long after. Its first samples may have
// been held up between the reading and the taking, so the best of many is good to
// a few microseconds.
func (f *fold) findStart() bool {
	for _, container := range f.early {
		for _, sample := range container.GetSamples() {
			if f.seriesOf(&sample).scenario == "" {
				continue
			}
			start := sample.Time
			if sample.Metric.Name == callClock {
				start = start.Add(-time.Duration(sample.Value * float64(time.Millisecond)))
			}
			if f.start.IsZero() || start.Before(f.start) {
				f.start = start
			}
		}
	}
	return !f.start.IsZero()
}
