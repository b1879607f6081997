// The load over gRPC. Each VU connects once and keeps the connection.

import grpc from 'k6/net/grpc';

import { connectionOpened, iterate } from './lib/iteration.js';
import { acknowledged, failed, unknown } from './lib/outcome.js';
import { options, plan } from './lib/plan.js';
import { writeSummary } from './lib/summary.js';

export { options };

const slash = __ENV.PERF_PROTO.lastIndexOf('/');
const client = new grpc.Client();
client.load([__ENV.PERF_PROTO.slice(0, slash)], __ENV.PERF_PROTO.slice(slash + 1));

const timeout = `${plan.request_timeout_ms}ms`;
// An acknowledgement is the status; turning its message into a script value would
// cost the generator more than it tells.
const params = { timeout, discardResponseMessage: true };

// k6's client does not tell whether it is connected, and connecting again would
// leave the open connection behind.
let connected = false;

function connect() {
  client.connect(plan.target, { plaintext: true, timeout });
  connected = true;
  connectionOpened();
}

function prepare({ id, template }) {
  template.message.event_body.entities[0].entity_id = id;
  return template.message;
}

function send(message) {
  if (!connected) {
    try {
      connect();
    } catch (error) {
      return unknown(error);
    }
  }
  return outcomeOf(client.invoke(plan.method, message, params));
}

// A status may be the service's word or the client library's own name for a
// broken connection (UNAVAILABLE both times) or a deadline that has passed. Only
// a service's reply carries trailers: its content type at the least. The codes
// that mean "given up" say nothing about the event, whoever sends them.
function outcomeOf(response) {
  if (response.status === grpc.StatusOK) {
    return acknowledged;
  }
  const answered = Object.keys(response.trailers).length > 0;
  const givenUp = response.status === grpc.StatusDeadlineExceeded || response.status === grpc.StatusCanceled;
  if (!answered || givenUp) {
    return unknown(response.error.message);
  }
  // k6's statuses are objects; only as a number are they what the plan speaks of.
  const code = Number(response.status);
  return failed(faultOf(code, response.trailers) || `grpc_${code}`);
}

function faultOf(code, trailers) {
  const named = trailers['grpc-status-details-bin'] !== undefined;
  return (named && plan.fault_with_details[code]) || plan.fault_by_status[code];
}

export default function () {
  iterate(prepare, send);
}

export function handleSummary(data) {
  return writeSummary(data, 'grpc_req_duration');
}
