// The load generator: k6 at the version that go.mod pins, built here so that a
// campaign never depends on whichever k6 a machine happens to have.
package main

import "go.k6.io/k6/v2/cmd"

func main() {
	cmd.Execute()
}
