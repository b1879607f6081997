package windows

import "go.k6.io/k6/v2/metrics"

// Makes k6 count the samples of the timings that nobody reads instead of keeping
// each of them until its end summary: seven of eight bytes of what a call over
// HTTP leaves behind. What is kept per scenario is not touched, nor is any sample
// that goes to an output.
func keepNoSamples(builtin *metrics.BuiltinMetrics) {
	for _, unread := range []*metrics.Metric{
		builtin.IterationDuration,
		builtin.HTTPReqDuration,
		builtin.HTTPReqBlocked,
		builtin.HTTPReqConnecting,
		builtin.HTTPReqTLSHandshaking,
		builtin.HTTPReqSending,
		builtin.HTTPReqWaiting,
		builtin.HTTPReqReceiving,
		builtin.GRPCReqDuration,
	} {
		unread.Sink = &metrics.CounterSink{}
	}
}
