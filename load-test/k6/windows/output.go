// Package windows is an output of k6 that folds samples into counters and
// histograms: one line of JSON per scenario and second. Any window of a test can
// be counted exactly from them, and watched while it runs, at a small part of
// what a line per sample costs.
//
// Seconds count from the start of the test. A sample belongs to the second in
// which it was taken, a call to the second in which it ended. A line holds a part
// of its second: what comes late makes another line for it, and readers add up,
// so that every sample is in exactly one line.
//
// The file begins with a line that names its format and ends with one that holds
// the totals. Without that last line it is cut short. lines.schema.json describes
// them all.
package windows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"
)

const (
	// Name is what comes before the file in --out.
	Name = "windows"

	// A second is written this long after its end. Samples that are still on
	// their way then go into a line of their own.
	grace = 200 * time.Millisecond

	period = 200 * time.Millisecond
)

func init() {
	output.RegisterExtension(Name, New)
}

// Output writes the lines.
type Output struct {
	params  output.Params
	file    io.WriteCloser
	flusher *output.PeriodicFlusher
	now     func() time.Time
	written totals
	// The first error; nothing is written after it, so the end is missing.
	failed error

	mutex sync.Mutex
	fold  *fold
}

// New makes the output for --out windows=FILE.
//
// It fails when no file is named.
func New(params output.Params) (output.Output, error) {
	if params.ConfigArgument == "" {
		return nil, errors.New("the output windows needs a file: --out windows=FILE")
	}
	return &Output{params: params, now: time.Now, written: newTotals(), fold: newFold()}, nil
}

// Description is what k6 calls it.
func (o *Output) Description() string {
	return fmt.Sprintf("%s (%s)", Name, o.params.ConfigArgument)
}

// SetBuiltinMetrics tells k6's own metrics before the start.
func (*Output) SetBuiltinMetrics(builtin *metrics.BuiltinMetrics) {
	keepNoSamples(builtin)
}

// Start makes the file.
//
// It fails when the file cannot be written.
func (o *Output) Start() error {
	file, err := o.params.FS.Create(o.params.ConfigArgument)
	if err != nil {
		return fmt.Errorf("the output windows cannot write %s: %w", o.params.ConfigArgument, err)
	}
	o.file = file
	o.write(formatLine{Line: "format", Format: Format})
	if o.failed != nil {
		return o.failed
	}
	o.flusher, err = output.NewPeriodicFlusher(period, func() { o.flush(o.now()) })
	return err
}

// AddMetricSamples folds a batch. It takes well under a microsecond a sample, and
// less than a copy for later would.
func (o *Output) AddMetricSamples(containers []metrics.SampleContainer) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.fold.add(containers)
}

// Stop writes what is left and the last line.
//
// It fails when a line could not be written.
func (o *Output) Stop() error {
	o.flusher.Stop()
	o.flush(endOfTime)
	o.write(endLine{Line: "end", Lines: o.written.lines, Scenarios: o.written.scenarios})
	return errors.Join(o.failed, o.file.Close())
}

// Writes the seconds that ended before now, less the grace.
func (o *Output) flush(now time.Time) {
	o.mutex.Lock()
	due := o.fold.due(now.Add(-grace))
	o.mutex.Unlock()

	var lines []any
	if due.start != nil {
		lines = append(lines, *due.start)
	}
	for _, vus := range due.vus {
		lines = append(lines, vus)
	}
	for _, second := range due.seconds {
		line, err := second.line()
		if err != nil {
			o.fail(err)
			return
		}
		o.written.add(&line)
		lines = append(lines, line)
	}
	o.write(lines...)

	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, second := range due.seconds {
		o.fold.takeBack(second)
	}
}

func (o *Output) write(lines ...any) {
	if o.failed != nil || len(lines) == 0 {
		return
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			o.fail(err)
			return
		}
	}
	if _, err := text.WriteTo(o.file); err != nil {
		o.fail(err)
	}
}

func (o *Output) fail(err error) {
	if o.failed != nil {
		return
	}
	o.failed = fmt.Errorf("the output windows cannot write %s: %w", o.params.ConfigArgument, err)
	o.params.Logger.Error(o.failed)
}
