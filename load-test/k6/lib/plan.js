// What the runner decided for this test run. It is the only source of numbers:
// loads, times, names of counters and the options of k6 itself.

export const plan = JSON.parse(open(__ENV.PERF_PLAN));

export const options = plan.options;
