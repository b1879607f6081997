package windows

import (
	"time"

	"go.k6.io/k6/v2/metrics"
)

// A recorder puts a sample where it belongs.
type recorder func(*fold, *metrics.Sample)

// What becomes of each metric; the others belong to nobody who reads the lines.
var recorders = map[string]recorder{
	metrics.IterationsName: count(func(c *counters) *uint64 { return &c.Iterations }),
	metrics.IterationDurationName: func(f *fold, sample *metrics.Sample) {
		f.secondOf(sample).counters.IterationUS += microseconds(sample.Value)
	},
	"events_attempted":    count(func(c *counters) *uint64 { return &c.Attempted }),
	"events_acknowledged": count(func(c *counters) *uint64 { return &c.Acknowledged }),
	"events_failed": func(f *fold, sample *metrics.Sample) {
		f.secondOf(sample).counters.Failed[f.seriesOf(sample).kind] += uint64(sample.Value)
	},
	"events_unknown":              count(func(c *counters) *uint64 { return &c.Unknown }),
	metrics.DroppedIterationsName: count(func(c *counters) *uint64 { return &c.Dropped }),
	"connections_opened":          count(func(c *counters) *uint64 { return &c.ConnectionsOpened }),
	metrics.DataSentName:          count(func(c *counters) *uint64 { return &c.SentBytes }),
	metrics.DataReceivedName:      count(func(c *counters) *uint64 { return &c.ReceivedBytes }),
	"acknowledged_duration":       duration(acknowledged),
	"failed_duration":             duration(failed),
	"unknown_duration":            duration(unknown),
	metrics.HTTPReqDurationName:   duration(request),
	metrics.GRPCReqDurationName:   duration(request),
	metrics.VUsName: func(f *fold, sample *metrics.Sample) {
		// Before the start there are none at work.
		if after := sample.Time.Sub(f.start); after >= 0 {
			f.vus = append(f.vus, vusLine{Line: "vus", Second: int64(after / time.Second), VUs: int64(sample.Value)})
		}
	},
}

func count(counter func(*counters) *uint64) recorder {
	return func(f *fold, sample *metrics.Sample) {
		*counter(&f.secondOf(sample).counters) += uint64(sample.Value)
	}
}

func duration(of clock) recorder {
	index := 0
	for clocks[index] != of {
		index++
	}
	return func(f *fold, sample *metrics.Sample) {
		second := f.secondOf(sample)
		us := int64(microseconds(sample.Value))
		if us > highestUS {
			us = highestUS
			second.counters.AboveRange++
		}
		// Within the range it cannot fail.
		_ = f.histogram(second, index).RecordValue(us)
	}
}
