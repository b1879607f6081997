// Package postgrestest gives tests a real PostgreSQL: the server that
// TEST_DATABASE_URL names, or a private cluster made of the server's binaries on
// this machine. Only tests may import it.
package postgrestest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// Cluster is a PostgreSQL server of the test's own, in a folder of its own, on a
// free port of loopback. It ends with the test process, however that ends.
type Cluster struct {
	folder   string
	binaries string
	port     int
	account  *syscall.Credential
	process  *os.Process
	ended    chan struct{}
	log      *os.File
}

// Start makes a cluster and waits until it answers.
//
// Errors: no binaries of the server are found; initdb or the server fails, with
// what it printed.
func Start() (*Cluster, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "postgrestest-")
	if err != nil {
		return nil, err
	}
	cluster := &Cluster{folder: folder, binaries: binaries, account: account}
	if err := cluster.create(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return cluster, nil
}

func (c *Cluster) create() error {
	if c.account != nil {
		if err := os.Chown(c.folder, int(c.account.Uid), int(c.account.Gid)); err != nil {
			return err
		}
	}
	initdb := c.command("initdb", "--pgdata", c.data(), "--username", "postgres", "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C", "--no-sync")
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	c.port = port
	return c.Launch()
}

// Launch starts the server of a cluster that is stopped, on its port.
func (c *Cluster) Launch() error {
	log, err := os.Create(filepath.Join(c.folder, "server.log"))
	if err != nil {
		return err
	}
	server := c.command("postgres", "-D", c.data(), "-p", strconv.Itoa(c.port), "-k", c.folder,
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300", "-c", "fsync=off")
	server.Stdout, server.Stderr = log, log
	// If this process dies, the server is told to stop at once.
	server.SysProcAttr.Pdeathsig = syscall.SIGQUIT

	started := make(chan error)
	c.ended = make(chan struct{})
	c.log = log
	go func() {
		// The parent-death signal follows the thread that started the child.
		runtime.LockOSThread()
		err := server.Start()
		started <- err
		if err == nil {
			_ = server.Wait()
		}
		close(c.ended)
	}()
	if err := <-started; err != nil {
		return errors.Join(err, log.Close())
	}
	c.process = server.Process
	return c.await()
}

// await connects until the server lets it.
func (c *Cluster) await() error {
	const patience = time.Minute
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case <-c.ended:
			return fmt.Errorf("the server ended while it started:\n%s", c.logText())
		default:
		}
		if c.answers() {
			return nil
		}
	}
	return fmt.Errorf("the server did not answer within %s:\n%s", patience, c.logText())
}

func (c *Cluster) logText() []byte {
	text, err := os.ReadFile(c.log.Name())
	if err != nil {
		return []byte(err.Error())
	}
	return bytes.TrimSpace(text)
}

// Stop ends the server without waiting for its clients; Launch starts it again.
func (c *Cluster) Stop() error {
	if err := c.process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-c.ended
	return c.log.Close()
}

// Remove stops the server and deletes its folder.
func (c *Cluster) Remove() error {
	return errors.Join(c.Stop(), os.RemoveAll(c.folder))
}

func (c *Cluster) data() string { return filepath.Join(c.folder, "data") }

func (c *Cluster) command(program string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(c.binaries, program), arguments...)
	command.Dir = c.folder
	command.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.account}
	return command
}

// findBinaries looks in PATH and where Debian keeps them, newest version first.
func findBinaries() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "", errors.New("no PostgreSQL server found: install the package postgresql, or set TEST_DATABASE_URL")
	}
	return filepath.Dir(slices.Max(found)), nil
}

// unprivileged gives the account that the server runs as when we are root, whom
// the server refuses; nil means our own.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no account postgres or nobody")
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
