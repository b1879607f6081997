package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"producer-core/postgrestest"
	"producer-core/servicetest"
)

func TestMain(m *testing.M) { servicetest.Main(m, main) }

// running is the service as a process.
type running struct {
	*servicetest.Process
	address string
	url     string
	client  *http.Client
}

func start(t *testing.T, variables ...string) running {
	t.Helper()
	port := servicetest.FreePort(t)
	transport := &http.Transport{MaxIdleConnsPerHost: 2000}
	t.Cleanup(transport.CloseIdleConnections)
	return running{
		Process: servicetest.Start(t, append(variables, "SERVER_PORT="+port)...),
		address: "127.0.0.1:" + port,
		url:     "http://127.0.0.1:" + port + "/api/v1/events",
		client:  &http.Client{Transport: transport},
	}
}

func ready(t *testing.T, database postgrestest.Database) running {
	t.Helper()
	to := start(t, "DATABASE_URL="+database.URL)
	servicetest.Eventually(t, "the service is healthy", func() bool { return to.health() == http.StatusOK })
	return to
}

// health gives the status of the health reply, 0 when there is none.
func (s running) health() int {
	response, err := s.client.Get(s.url + "/health")
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// post gives the status of the reply to an event, 0 when there is none.
func (s running) post(id string) int {
	body := fmt.Sprintf(`{"eventHeader":{"eventName":"LoanCreated"},"eventBody":{"entities":[`+
		`{"entityType":"Loan","entityId":%q,"updatedAttributes":{"balance":1}}]}}`, id)
	response, err := s.client.Post(s.url, "application/json", strings.NewReader(body))
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func (s running) acknowledged(id string) bool { return s.post(id) == http.StatusOK }

func TestABadSettingStopsTheStart(t *testing.T) {
	tests := map[string]string{
		"SERVER_PORT=abc":            "producer-api-go-rest: SERVER_PORT: \"abc\" is not a port (1 to 65535)\n",
		"SERVER_ADDRESS=x":           "producer-api-go-rest: SERVER_ADDRESS: \"x\" is not an IP address\n",
		"DATABASE_MAX_CONNECTIONS=0": "producer-api-go-rest: DATABASE_MAX_CONNECTIONS: \"0\" is not a whole number from 1 to 1000\n",
		"LOG_LEVEL=loud":             "producer-api-go-rest: LOG_LEVEL: \"loud\" is none of error, warn, info, debug, trace\n",
		"DATABASE_URL=secret":        "producer-api-go-rest: DATABASE_URL: is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE\n",
	}
	for variable, complaint := range tests {
		process := servicetest.Start(t, variable)
		if code := process.Wait(); code != 2 || process.Output() != complaint {
			t.Errorf("%s: exit code %d, %s", variable, code, process.Output())
		}
	}
}

func TestAPortInUseStopsTheStart(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	process := servicetest.Start(t, "SERVER_PORT="+port)
	if code := process.Wait(); code != 1 || !strings.Contains(process.Output(), "address already in use") {
		t.Errorf("exit code %d, %s", code, process.Output())
	}
}

func TestStartTellsItsSettingsWithoutThePassword(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := ready(t, database)
	password := database.Owner.Config().Password
	if !strings.Contains(to.Output(), "started") || !strings.Contains(to.Output(), "user=producer") ||
		strings.Contains(to.Output(), "a-secret-of-the-test") || password != "" && strings.Contains(to.Output(), password) {
		t.Error(to.Output())
	}
}

func TestWithoutADatabaseItStartsAndWaits(t *testing.T) {
	cluster, err := postgrestest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Remove() })
	database := cluster.NewDatabase(t)
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	to := start(t, "DATABASE_URL="+database.URL)
	servicetest.Eventually(t, "the service answers not ready", func() bool { return to.health() == http.StatusServiceUnavailable })
	if code := to.post("1"); code != http.StatusServiceUnavailable {
		t.Error(code)
	}
	if err := cluster.Launch(); err != nil {
		t.Fatal(err)
	}
	servicetest.Eventually(t, "the service is ready", func() bool { return to.health() == http.StatusOK })
	if code := to.post("1"); code != http.StatusOK {
		t.Error(code)
	}
}

func TestAStopUnderLoadLosesNothing(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := ready(t, database)
	load := servicetest.StartLoad(50, to.acknowledged)
	servicetest.Eventually(t, "the load runs", func() bool { return load.Acknowledged() > 500 })
	to.Terminate(t)
	code := to.Wait()
	load.Stop()
	if code != 0 || !strings.Contains(to.Output(), "stopped") {
		t.Errorf("exit code %d: %s", code, to.Output())
	}
	load.AssertNothingLost(t, database)
}

func TestAStopLetsTheCallInFlightFinish(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := ready(t, database)
	if !to.acknowledged("1") {
		t.Fatal("the service does not work")
	}
	unlock := database.LockRows(t)
	answered := make(chan bool)
	go func() { answered <- to.acknowledged("1") }()
	database.AwaitBlocked(t, 1)
	to.Terminate(t)
	servicetest.Eventually(t, "new connections are refused", func() bool {
		conn, err := net.Dial("tcp", to.address)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	unlock()
	if !<-answered {
		t.Error("the call in flight was cut off")
	}
	if code := to.Wait(); code != 0 || !strings.Contains(to.Output(), "drained=true") {
		t.Errorf("exit code %d: %s", code, to.Output())
	}
}

func TestTheDatabaseGoesAndComesBackUnderLoad(t *testing.T) {
	cluster, err := postgrestest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Remove() })
	database := cluster.NewDatabase(t)
	to := ready(t, database)
	var others atomic.Int64
	load := servicetest.StartLoad(20, func(id string) bool {
		code := to.post(id)
		if code != http.StatusOK && code != http.StatusServiceUnavailable {
			others.Add(1)
		}
		return code == http.StatusOK
	})
	servicetest.Eventually(t, "the load runs", func() bool { return load.Acknowledged() > 200 })
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	servicetest.Eventually(t, "events are refused", func() bool { return load.Failures.Load() > 20 })
	if err := cluster.Launch(); err != nil {
		t.Fatal(err)
	}
	before := load.Acknowledged()
	servicetest.Eventually(t, "events are taken again", func() bool { return load.Acknowledged() > before+200 })
	load.Stop()
	if others.Load() != 0 || to.Ended() {
		t.Errorf("%d replies were neither 200 nor 503", others.Load())
	}
	database.Owner = postgrestest.Connect(t, database.Owner.Config().ConnString())
	load.AssertNothingLost(t, database)
}

func TestAThousandConnectionsAtOnce(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := ready(t, database)
	var stored atomic.Int64
	var callers sync.WaitGroup
	together := make(chan struct{})
	for caller := range 1000 {
		callers.Go(func() {
			<-together
			for number := range 3 {
				switch code := to.post(fmt.Sprint(caller, "-", number)); code {
				case http.StatusOK:
					stored.Add(1)
				case http.StatusServiceUnavailable:
				default:
					t.Errorf("status %d", code)
				}
			}
		})
	}
	close(together)
	callers.Wait()
	if rows := database.Count(t); stored.Load() == 0 || int64(rows) != stored.Load() {
		t.Errorf("%d acknowledged, %d rows", stored.Load(), rows)
	}
	servicetest.Eventually(t, "the service is healthy afterwards", func() bool { return to.health() == http.StatusOK })
}

func TestMemoryStaysBoundedUnderLargeBodies(t *testing.T) {
	to := ready(t, postgrestest.NewDatabase(t))
	large := bytes.Repeat([]byte(" "), 100<<20)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			// Without a length, so that the body itself has to be refused.
			response, err := to.client.Post(to.url, "application/json", io.MultiReader(bytes.NewReader(large)))
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			if response.StatusCode != http.StatusRequestEntityTooLarge {
				t.Error(response.Status)
			}
		})
	}
	callers.Wait()
	if resident := to.ResidentBytes(t); resident > 400<<20 {
		t.Errorf("%d bytes resident after 800 MiB of bodies", resident)
	}
}
