// The events of the plan and the ids they are sent under. An id tells the audit
// which content the row must have and who sent it, and its length never
// changes, so neither does the size of an event.

import { SharedArray } from 'k6/data';

import { plan } from './plan.js';

// The file is taken apart once for all VUs. What they share is frozen, and gRPC
// writes the id into its message, so it is shared as text and each VU has its own.
const shared = new SharedArray('events', () => JSON.parse(open(__ENV.PERF_EVENTS)).map((event) => JSON.stringify(event)));
const templates = shared.map((text) => JSON.parse(text));

// The runtime of a VU outlives its phases, and so does this count: an id never
// comes back in a later phase.
let calls = 0;

const padded = (number, digits) => String(number).padStart(digits, '0');

// The next event of this VU: its template, its index among them, and its id.
export function nextEvent(vu) {
  const index = (vu + calls) % templates.length;
  const template = templates[index];
  const id = [
    template.kind,
    plan.tag,
    padded(vu, plan.vu_digits),
    padded(calls, plan.iteration_digits),
  ].join('-');
  calls += 1;
  return { id, index, template };
}
