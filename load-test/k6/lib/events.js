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

// Calls whose entities were created for certain, for later events to merge into:
// enough of them that no entity is hot, and few enough for every VU to keep.
const MOST_CREATED = 1000;
const created = [];
let createdCount = 0;

// An even share of all calls, decided without chance: the runner can plan with it.
const isUpdateTurn = (call) => Math.floor((call + 1) * plan.update_share) > Math.floor(call * plan.update_share);

// Neighbouring calls merge into entities that are far apart.
const STEP = 7919;

const padded = (number, digits) => String(number).padStart(digits, '0');

// To be called when the entity of this event is there.
export function remember(event) {
  created[createdCount % MOST_CREATED] = event.call;
  createdCount += 1;
}

// The next event of this VU: its template, its index among them, and its id. One
// that updates has the id and the content of an earlier one.
export function nextEvent(vu) {
  const known = isUpdateTurn(calls) ? created[(calls * STEP) % created.length] : undefined;
  const updates = known !== undefined;
  const call = updates ? known : calls;
  const index = (vu + call) % templates.length;
  const template = templates[index];
  const id = [
    template.kind,
    plan.tag,
    padded(vu, plan.vu_digits),
    padded(call, plan.iteration_digits),
  ].join('-');
  calls += 1;
  return { id, index, template, call, updates };
}
