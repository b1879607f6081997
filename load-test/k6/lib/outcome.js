// The three ways a call can end, the same for both wires.

import { plan } from './plan.js';

const known = new Set(plan.failure_kinds);

// Answered with success.
export const acknowledged = { acknowledged: true, failed: null };

// No answer: the event may or may not be stored. `why` is for people.
export function unknown(why) {
  return { acknowledged: false, failed: null, why: String(why) };
}

// Answered with a fault. A kind that the plan does not count apart is counted
// under the plan's name for all others.
export function failed(kind) {
  return { acknowledged: false, failed: known.has(kind) ? kind : plan.other_failure };
}
