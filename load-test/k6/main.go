// The load generator: k6 at the version that go.mod pins, built here so that a
// campaign never depends on whichever k6 a machine happens to have, with the
// output that the runner reads.
package main

import (
	"go.k6.io/k6/v2/cmd"

	_ "perf-runner/k6/windows"
)

func main() {
	cmd.Execute()
}
