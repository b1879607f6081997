package windows

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/sirupsen/logrus"
	"go.k6.io/k6/v2/lib/fsext"
	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"
)

const file = "/windows.jsonl"

// A test of k6 that was released at a moment, as an output sees it.
type world struct {
	t        *testing.T
	fs       fsext.Fs
	output   *Output
	registry *metrics.Registry
	builtin  *metrics.BuiltinMetrics
	metrics  map[string]*metrics.Metric
	released time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	registry := metrics.NewRegistry()
	builtin := metrics.RegisterBuiltinMetrics(registry)
	w := &world{
		t: t, fs: fsext.NewMemMapFs(), registry: registry, builtin: builtin,
		metrics: map[string]*metrics.Metric{}, released: time.Now(),
	}
	for _, metric := range registry.All() {
		w.metrics[metric.Name] = metric
	}
	for _, name := range []string{
		"events_attempted", "events_acknowledged", "events_failed", "events_unknown", "connections_opened",
	} {
		w.metrics[name] = registry.MustNewMetric(name, metrics.Counter)
	}
	for _, name := range []string{"acknowledged_duration", "failed_duration", "unknown_duration"} {
		w.metrics[name] = registry.MustNewMetric(name, metrics.Trend, metrics.Time)
	}
	w.metrics[callClock] = registry.MustNewMetric(callClock, metrics.Gauge, metrics.Time)
	made, err := New(output.Params{ConfigArgument: file, FS: w.fs, Logger: logrus.New()})
	if err != nil {
		t.Fatal(err)
	}
	w.output = made.(*Output)
	return w
}

// From here on seconds are written when a test says so.
func (w *world) start() *world {
	w.t.Helper()
	w.output.SetBuiltinMetrics(w.builtin)
	if err := w.output.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.output.flusher.Stop()
	return w
}

func (w *world) stop() []map[string]any {
	w.t.Helper()
	if err := w.output.Stop(); err != nil {
		w.t.Fatal(err)
	}
	return w.lines()
}

// A sample of a scenario, this long after the release.
func (w *world) sample(scenario, name string, after time.Duration, value float64, tags ...string) metrics.Sample {
	of := w.registry.RootTagSet()
	if scenario != "" {
		of = of.With("scenario", scenario)
	}
	for at := 0; at < len(tags); at += 2 {
		of = of.With(tags[at], tags[at+1])
	}
	return metrics.Sample{
		TimeSeries: metrics.TimeSeries{Metric: w.metrics[name], Tags: of},
		Time:       w.released.Add(after),
		Value:      value,
	}
}

func (w *world) add(samples ...metrics.Sample) {
	for _, sample := range samples {
		w.output.AddMetricSamples([]metrics.SampleContainer{sample})
	}
}

// What a call leaves behind that took this long and was acknowledged this long after the release.
func (w *world) call(scenario string, ended, took time.Duration) []metrics.Sample {
	return []metrics.Sample{
		w.sample(scenario, "events_attempted", ended-took, 1),
		w.sample(scenario, "http_req_duration", ended, metrics.D(took)),
		w.sample(scenario, "acknowledged_duration", ended, metrics.D(took)),
		w.sample(scenario, "events_acknowledged", ended, 1),
	}
}

// Every line of the file, each held against the schema.
func (w *world) lines() []map[string]any {
	w.t.Helper()
	text, err := fsext.ReadFile(w.fs, file)
	if err != nil {
		w.t.Fatal(err)
	}
	schema := schema(w.t)
	var lines []map[string]any
	for line := range strings.Lines(string(text)) {
		read, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			w.t.Fatal(err)
		}
		if err := schema.Validate(read); err != nil {
			w.t.Fatalf("%s: %v", line, err)
		}
		lines = append(lines, read.(map[string]any))
	}
	return lines
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.Open("lines.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	read, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("lines.schema.json", read); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("lines.schema.json")
}

func kind(lines []map[string]any, kind string) (of []map[string]any) {
	for _, line := range lines {
		if line["line"] == kind {
			of = append(of, line)
		}
	}
	return of
}

// The whole number below these names.
func number(t *testing.T, of map[string]any, path ...string) int64 {
	t.Helper()
	for _, name := range path[:len(path)-1] {
		of = of[name].(map[string]any)
	}
	value, err := of[path[len(path)-1]].(json.Number).Int64()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func histogram(t *testing.T, line map[string]any, of clock) *hdrhistogram.Histogram {
	t.Helper()
	text := line["histograms"].(map[string]any)[string(of)].(string)
	decoded, err := hdrhistogram.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}
