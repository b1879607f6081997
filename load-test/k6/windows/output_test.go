package windows

import (
	"bytes"
	"errors"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/v2/lib/fsext"
	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"
)

func TestACallCountsInTheSecondInWhichItEnded(t *testing.T) {
	w := newWorld(t).start()
	w.add(w.sample("p1", callClock, 5*time.Millisecond, 5))
	w.add(w.call("p1", 999*time.Millisecond, 10*time.Millisecond)...)
	w.add(w.call("p1", 1001*time.Millisecond, 20*time.Millisecond)...)
	lines := w.stop()
	if start := kind(lines, "start")[0]; number(t, start, "unix_us") != w.released.UnixMicro() {
		t.Fatalf("the test was released at %d us, not %v", w.released.UnixMicro(), start)
	}
	seconds := kind(lines, "second")
	if len(seconds) != 2 {
		t.Fatalf("%v", seconds)
	}
	for at, want := range []struct{ attempted, acknowledged, us int64 }{{2, 1, 10_000}, {0, 1, 20_000}} {
		line := seconds[at]
		if number(t, line, "second") != int64(at) ||
			number(t, line, "counters", "events_attempted") != want.attempted ||
			number(t, line, "counters", "events_acknowledged") != want.acknowledged {
			t.Errorf("second %d: %v", at, line)
		}
		for _, of := range []clock{acknowledged, request} {
			decoded := histogram(t, line, of)
			if decoded.TotalCount() != 1 || !decoded.ValuesAreEquivalent(decoded.Max(), want.us) {
				t.Errorf("second %d, %s: %d of at most %d us", at, of, decoded.TotalCount(), decoded.Max())
			}
		}
	}
}

func TestTheStartIsTheEarliestThatACallTellsOf(t *testing.T) {
	w := newWorld(t).start()
	// Held up for 40 ms between reading the clock and handing the sample over.
	w.add(w.sample("p1", callClock, 41*time.Millisecond, 1))
	w.add(w.sample("p1", callClock, 3*time.Millisecond, 3))
	start := kind(w.stop(), "start")[0]
	if number(t, start, "unix_us") != w.released.UnixMicro() {
		t.Fatalf("%v is not %d", start, w.released.UnixMicro())
	}
}

func TestALateSampleGoesToItsSecond(t *testing.T) {
	w := newWorld(t).start()
	w.add(w.sample("p1", callClock, 0, 0))
	w.add(w.call("p1", 500*time.Millisecond, time.Millisecond)...)
	w.output.flush(w.released.Add(1500 * time.Millisecond))
	w.add(w.call("p1", 700*time.Millisecond, 2*time.Millisecond)...)
	w.add(w.call("p1", 1700*time.Millisecond, 3*time.Millisecond)...)
	if written := kind(w.lines(), "second"); len(written) != 1 {
		t.Fatalf("%d lines before the end", len(written))
	}
	lines := w.stop()
	var numbers []int64
	for _, line := range kind(lines, "second") {
		numbers = append(numbers, number(t, line, "second"))
	}
	if len(numbers) != 3 || numbers[0] != 0 || numbers[1] != 0 || numbers[2] != 1 {
		t.Fatalf("lines of the seconds %v", numbers)
	}
	end := lines[len(lines)-1]
	if number(t, end, "scenarios", "p1", "counters", "events_acknowledged") != 3 {
		t.Fatalf("%v", end)
	}
}

func TestASecondIsNotWrittenBeforeItHasEnded(t *testing.T) {
	w := newWorld(t).start()
	w.add(w.sample("p1", callClock, 0, 0))
	w.add(w.call("p1", 500*time.Millisecond, time.Millisecond)...)
	w.output.flush(w.released.Add(time.Second))
	if lines := w.lines(); len(kind(lines, "start")) != 1 || len(kind(lines, "second")) != 0 {
		t.Fatalf("%v", lines)
	}
	w.output.flush(w.released.Add(time.Second + grace))
	if lines := kind(w.lines(), "second"); len(lines) != 1 {
		t.Fatalf("%v", lines)
	}
	w.stop()
}

func TestOutcomesAndScenariosAreKeptApart(t *testing.T) {
	w := newWorld(t).start()
	at := 100 * time.Millisecond
	w.add(w.sample("p1", callClock, 0, 0))
	w.add(w.call("p1", at, 50*time.Millisecond)...)
	w.add(
		w.sample("p1", "failed_duration", at, 1),
		w.sample("p1", "events_failed", at, 1, "kind", "unavailable"),
		w.sample("p1", "events_failed", at, 1, "kind", "http_502"),
		w.sample("p1", "events_failed", at, 1, "kind", "unavailable"),
		w.sample("p1", "unknown_duration", at, 2000),
		w.sample("p1", "events_unknown", at, 1),
		w.sample("p2", "grpc_req_duration", at, 7),
		w.sample("p2", "dropped_iterations", at, 4),
		w.sample("p2", "connections_opened", at, 1),
		w.sample("p2", "data_sent", at, 440),
		w.sample("p2", "data_received", at, 120),
		w.sample("p2", "iterations", at, 1),
		w.sample("p2", "iteration_duration", at, 107.5),
		w.sample("p2", "http_req_waiting", at, 9),
		w.sample("", "vus", at, 12),
		w.sample("", "vus", -time.Second, 0),
	)
	lines := w.stop()
	seconds := kind(lines, "second")
	if len(seconds) != 2 {
		t.Fatalf("%v", seconds)
	}
	p1, p2 := seconds[0], seconds[1]
	if got := p1["counters"].(map[string]any)["events_failed"].(map[string]any); len(got) != 2 ||
		number(t, got, "unavailable") != 2 || number(t, got, "http_502") != 1 {
		t.Errorf("%v", got)
	}
	for of, us := range map[clock]int64{acknowledged: 50_000, failed: 1_000, unknown: 2_000_000} {
		decoded := histogram(t, p1, of)
		if decoded.TotalCount() != 1 || !decoded.ValuesAreEquivalent(decoded.Max(), us) {
			t.Errorf("%s: %d of at most %d us", of, decoded.TotalCount(), decoded.Max())
		}
	}
	if p2["histograms"].(map[string]any)["acknowledged"] != nil {
		t.Errorf("%v", p2)
	}
	for name, want := range map[string]int64{
		"dropped_iterations": 4, "connections_opened": 1, "sent_bytes": 440, "received_bytes": 120,
		"iterations": 1, "iteration_us": 107_500,
	} {
		if got := number(t, p2, "counters", name); got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
	if vus := kind(lines, "vus"); len(vus) != 1 || number(t, vus[0], "vus") != 12 {
		t.Errorf("%v", vus)
	}
}

// Lines are written while samples come, also for seconds long past: every sample is in one line.
func TestSumsOfLinesAreWhatWasGiven(t *testing.T) {
	w := newWorld(t).start()
	random := rand.New(rand.NewSource(1))
	w.add(w.sample("p1", callClock, 0, 0))
	const calls = 20_000
	added := make(chan struct{})
	go func() {
		defer close(added)
		for range calls / 20 {
			var batch []metrics.SampleContainer
			for range 20 {
				ended := time.Duration(random.Int63n(int64(12 * time.Second)))
				took := time.Duration(random.Int63n(int64(time.Second)))
				batch = append(batch, metrics.Samples(w.call("p1", ended, took)))
			}
			w.output.AddMetricSamples(batch)
		}
	}()
	for writing := true; writing; {
		w.output.flush(w.released.Add(10 * time.Second))
		select {
		case <-added:
			writing = false
		default:
		}
	}
	lines := w.stop()
	var sum, inHistograms int64
	for _, line := range kind(lines, "second") {
		if here := number(t, line, "counters", "events_acknowledged"); here > 0 {
			sum += here
			inHistograms += histogram(t, line, acknowledged).TotalCount()
		}
	}
	end := lines[len(lines)-1]
	total := number(t, end, "scenarios", "p1", "counters", "events_acknowledged")
	samples := number(t, end, "scenarios", "p1", "samples", "request")
	if sum != calls || inHistograms != calls || total != calls || samples != calls {
		t.Fatalf("%d in lines, %d in histograms, %d and %d in all", sum, inHistograms, total, samples)
	}
	if number(t, end, "lines") != int64(len(kind(lines, "second"))) {
		t.Fatalf("%v", end)
	}
}

func TestADurationAboveTheRangeIsHeldAsItsEndAndCounted(t *testing.T) {
	w := newWorld(t).start()
	w.add(w.sample("p1", callClock, 0, 0), w.sample("p1", "unknown_duration", time.Second, 61_000))
	line := kind(w.stop(), "second")[0]
	decoded := histogram(t, line, unknown)
	if number(t, line, "counters", "above_range") != 1 || !decoded.ValuesAreEquivalent(decoded.Max(), highestUS) {
		t.Fatalf("%v", line)
	}
}

func TestATestThatWasNeverReleasedHasNoStartAndAnEnd(t *testing.T) {
	w := newWorld(t).start()
	w.add(w.sample("", "vus", -time.Second, 0))
	w.output.flush(w.released)
	lines := w.stop()
	if len(lines) != 2 || lines[0]["line"] != "format" || lines[1]["line"] != "end" {
		t.Fatalf("%v", lines)
	}
}

func TestTimingsThatNobodyReadsAreNotKept(t *testing.T) {
	w := newWorld(t)
	submetric, err := w.builtin.HTTPReqDuration.AddSubmetric("scenario:p1")
	if err != nil {
		t.Fatal(err)
	}
	w.start()
	w.stop()
	if _, keeps := w.builtin.HTTPReqWaiting.Sink.(*metrics.TrendSink); keeps {
		t.Error("http_req_waiting keeps its samples")
	}
	if _, keeps := submetric.Metric.Sink.(*metrics.TrendSink); !keeps {
		t.Error("http_req_duration of a scenario no longer keeps its samples")
	}
}

func TestAFileMustBeNamed(t *testing.T) {
	_, err := New(output.Params{})
	if err == nil || !strings.Contains(err.Error(), "--out windows=FILE") {
		t.Fatal(err)
	}
}

func TestAFileThatCannotBeWrittenIsNamed(t *testing.T) {
	w := newWorld(t)
	w.output.params.FS = fsext.NewReadOnlyFs(w.fs)
	if err := w.output.Start(); err == nil || !strings.Contains(err.Error(), file) {
		t.Fatal(err)
	}
}

// A disk that is full after so many bytes.
type fullDisk struct {
	bytes.Buffer
	room int
}

func (d *fullDisk) Write(text []byte) (int, error) {
	if d.room -= len(text); d.room < 0 {
		return 0, errors.New("no space left on device")
	}
	return d.Buffer.Write(text)
}

func (*fullDisk) Close() error { return nil }

func TestAfterALineThatCouldNotBeWrittenTheEndIsMissing(t *testing.T) {
	w := newWorld(t).start()
	disk := &fullDisk{room: 100}
	w.output.file = disk
	w.output.params.Logger.(*logrus.Logger).SetOutput(new(bytes.Buffer))
	w.add(w.sample("p1", callClock, 0, 0))
	w.output.flush(w.released)
	w.add(w.call("p1", time.Second, time.Millisecond)...)
	w.output.flush(w.released.Add(time.Hour))
	disk.room = 1_000_000
	err := w.output.Stop()
	if err == nil || !strings.Contains(err.Error(), "no space left on device") {
		t.Fatal(err)
	}
	if strings.Contains(disk.String(), `"end"`) {
		t.Fatal(disk.String())
	}
}

func BenchmarkFold(b *testing.B) {
	w := newWorld(&testing.T{})
	call := metrics.Samples(w.call("p1", time.Second, time.Millisecond))
	fold := newFold()
	fold.start = w.released
	for b.Loop() {
		fold.add([]metrics.SampleContainer{call})
	}
}
