// One iteration: exactly one call, counted and timed in the same way on both
// wires, then the think time. k6 itself does not count gRPC calls that fail and
// keeps no sample of those that run into their deadline.

import exec from 'k6/execution';
import { sleep } from 'k6';
import { Counter, Gauge, Trend } from 'k6/metrics';

import { nextEvent, remember } from './events.js';
import { plan } from './plan.js';

const attempts = new Counter('events_attempted');
const acknowledgements = new Counter('events_acknowledged');
const failures = new Counter('events_failed');
const unknowns = new Counter('events_unknown');
// Of these, the ones that merge into an entity created before.
const updatesAcknowledged = new Counter('updates_acknowledged');
const updatesFailed = new Counter('updates_failed');
const updatesUnknown = new Counter('updates_unknown');
const connections = new Counter('connections_opened');
// Apart by outcome: a quick refusal must not improve a median.
const acknowledgedDuration = new Trend('acknowledged_duration', true);
const failedDuration = new Trend('failed_duration', true);
const unknownDuration = new Trend('unknown_duration', true);
// Its smallest and largest value are the first and the last moment of a phase's calls.
const clock = new Gauge('call_clock', true);

const thinkTimeSeconds = plan.think_time_ms / 1000;

// k6 makes these objects anew at every access, so they are kept.
let instance;
let vu;
let vuId;
let named = 0;

// Called by a wire when it knows that a connection was opened.
export function connectionOpened() {
  connections.add(1);
}

// `prepare(event)` makes what is sent, before the clock starts; `send(prepared)`
// makes the call and gives its outcome.
export function iterate(prepare, send) {
  if (instance === undefined) {
    instance = exec.instance;
    vu = exec.vu;
    vuId = vu.idInTest;
  }
  const event = nextEvent(vuId);
  const prepared = prepare(event);
  const begun = instance.currentTestRunDuration;
  if (vu.iterationInScenario === 0) {
    clock.add(begun);
  }
  attempts.add(1);
  const outcome = send(prepared);
  const ended = instance.currentTestRunDuration;
  clock.add(ended);
  count(event, outcome, ended - begun);
  if (thinkTimeSeconds > 0) {
    sleep(thinkTimeSeconds);
  }
}

function count(event, outcome, took) {
  if (outcome.acknowledged) {
    acknowledgedDuration.add(took);
    acknowledgements.add(1);
    if (event.updates) {
      updatesAcknowledged.add(1);
    } else {
      remember(event);
    }
    return;
  }
  if (outcome.failed === null) {
    unknownDuration.add(took);
    unknowns.add(1);
  } else {
    failedDuration.add(took);
    failures.add(1, { kind: outcome.failed });
  }
  if (event.updates) {
    // Its entity is there whatever became of it, so its id would tell the audit nothing.
    (outcome.failed === null ? updatesUnknown : updatesFailed).add(1);
  } else {
    name(event, outcome);
  }
}

// For the audit: the console is a file of the test run, one JSON object a line.
function name(event, outcome) {
  if (named < plan.named_per_vu) {
    named += 1;
    console.log(JSON.stringify({ entity_id: event.id, failed: outcome.failed, why: outcome.why }));
  }
}
