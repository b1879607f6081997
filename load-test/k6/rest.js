// The load over HTTP/1.1 with JSON bodies. Each VU keeps one connection alive.

import http from 'k6/http';

import { connectionOpened, iterate } from './lib/iteration.js';
import { acknowledged, failed, unknown } from './lib/outcome.js';
import { options, plan } from './lib/plan.js';
import { writeSummary } from './lib/summary.js';

export { options };

const params = {
  headers: { 'Content-Type': 'application/json' },
  timeout: `${plan.request_timeout_ms}ms`,
  // Only a refusal's body is looked at, but k6 must be told before it knows the
  // status; a success has some sixty bytes.
  responseType: 'text',
};

function prepare({ id, template }) {
  return template.before + id + template.after;
}

function send(body) {
  let response;
  try {
    response = http.post(plan.target, body, params);
  } catch (error) {
    return unknown(error);
  }
  if (response.timings.connecting > 0) {
    connectionOpened();
  }
  return outcomeOf(response);
}

// A reply that did not arrive, or not whole, was thrown; what is here is a reply.
function outcomeOf(response) {
  if (response.status === 200) {
    return acknowledged;
  }
  return failed(faultOf(response) || `http_${response.status}`);
}

// The contract's name for the fault, if the reply is a problem document with one.
function faultOf(response) {
  try {
    const { fault } = JSON.parse(response.body);
    return typeof fault === 'string' ? fault : undefined;
  } catch (_) {
    return undefined;
  }
}

export default function () {
  iterate(prepare, send);
}

export function handleSummary(data) {
  return writeSummary(data, 'http_req_duration');
}
