// The end of the test: k6's own aggregates, phase by phase, in the form that the
// runner reads. A metric that k6 does not have is left out, never made zero:
// the runner refuses a summary with a field missing.

import { plan } from './plan.js';

// k6 keeps a metric per phase because the plan's options name it so.
const metricOf = (data, name, phase) => data.metrics[`${name}{scenario:${phase}}`];

const countOf = (metric) => (metric === undefined ? undefined : metric.values.count);

function distributionOf(metric) {
  if (metric === undefined) {
    return undefined;
  }
  return metric.values.count > 0 ? metric.values : null;
}

function failuresByKind(data, phase) {
  const byKind = {};
  for (const kind of plan.failure_kinds.concat(plan.other_failure)) {
    const metric = data.metrics[`events_failed{scenario:${phase},kind:${kind}}`];
    if (metric !== undefined && metric.values.count > 0) {
      byKind[kind] = metric.values.count;
    }
  }
  return byKind;
}

function phaseOf(data, phase, requestMetric) {
  const clock = metricOf(data, 'call_clock', phase);
  const attempts = countOf(metricOf(data, 'events_attempted', phase));
  const moment = (edge) => {
    if (clock === undefined) {
      return undefined;
    }
    return attempts > 0 ? clock.values[edge] : null;
  };
  return {
    iterations: countOf(metricOf(data, 'iterations', phase)),
    attempts,
    acknowledged: countOf(metricOf(data, 'events_acknowledged', phase)),
    failed: countOf(metricOf(data, 'events_failed', phase)),
    failed_by_kind: failuresByKind(data, phase),
    unknown: countOf(metricOf(data, 'events_unknown', phase)),
    updates_acknowledged: countOf(metricOf(data, 'updates_acknowledged', phase)),
    updates_failed: countOf(metricOf(data, 'updates_failed', phase)),
    updates_unknown: countOf(metricOf(data, 'updates_unknown', phase)),
    dropped: countOf(metricOf(data, 'dropped_iterations', phase)),
    connections_opened: countOf(metricOf(data, 'connections_opened', phase)),
    sent_bytes: countOf(metricOf(data, 'data_sent', phase)),
    received_bytes: countOf(metricOf(data, 'data_received', phase)),
    first_call_ms: moment('min'),
    last_call_ms: moment('max'),
    request: distributionOf(metricOf(data, requestMetric, phase)),
    acknowledged_duration: distributionOf(metricOf(data, 'acknowledged_duration', phase)),
  };
}

// `requestMetric` is the wire's own clock.
export function writeSummary(data, requestMetric) {
  const phases = {};
  for (const phase of plan.phases) {
    phases[phase.name] = phaseOf(data, phase.name, requestMetric);
  }
  const summary = {
    format: plan.format,
    run: plan.run,
    elapsed_ms: data.state.testRunDurationMs,
    phases,
  };
  return { [__ENV.PERF_SUMMARY]: JSON.stringify(summary) };
}
