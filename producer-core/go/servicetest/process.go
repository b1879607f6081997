// Package servicetest runs a service as a process of its own, from the test binary
// itself, so that signals, exit codes and the first line on stderr can be tested
// and the race detector watches. Only tests may import it.
package servicetest

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"producer-core/postgrestest"
)

const asService = "SERVICETEST_RUN_MAIN"

// Main is TestMain of a service: it is main itself in the processes that Start
// makes, and runs the tests otherwise.
func Main(m *testing.M, main func()) {
	if os.Getenv(asService) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(postgrestest.Main(m))
}

// Process is a running service.
type Process struct {
	command *exec.Cmd
	ended   chan struct{}
	stderr  Log
}

// Start runs the service with these variables and no others. The end of the test
// kills it if it still runs.
func Start(t testing.TB, variables ...string) *Process {
	t.Helper()
	process := &Process{command: exec.Command(os.Args[0]), ended: make(chan struct{})}
	process.command.Env = append([]string{asService + "=1"}, variables...)
	process.command.Stderr = &process.stderr
	process.command.Stdout = &process.stderr
	process.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The parent-death signal follows the thread that started the child.
		runtime.LockOSThread()
		err := process.command.Start()
		started <- err
		if err == nil {
			_ = process.command.Wait()
		}
		close(process.ended)
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.command.Process.Kill()
		<-process.ended
		if t.Failed() {
			t.Logf("the service's log:\n%s", process.Output())
		}
	})
	return process
}

// Terminate sends SIGTERM.
func (p *Process) Terminate(t testing.TB) {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// Wait gives the exit code once the process has ended.
func (p *Process) Wait() int {
	<-p.ended
	return p.command.ProcessState.ExitCode()
}

// Ended tells whether the process has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// Output is what the process has printed so far.
func (p *Process) Output() string { return p.stderr.String() }

// ResidentBytes is the memory that the process has in use.
func (p *Process) ResidentBytes(t testing.TB) int {
	t.Helper()
	statm, err := os.ReadFile("/proc/" + strconv.Itoa(p.command.Process.Pid) + "/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(string(bytes.Fields(statm)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// FreePort gives a port of loopback that nothing listens on.
func FreePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// Log keeps what is written to it, and can be read meanwhile.
type Log struct {
	lock sync.Mutex
	text bytes.Buffer
}

// Write appends.
func (l *Log) Write(text []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(text)
}

// String is all that was written so far.
func (l *Log) String() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.String()
}
