package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	"producer-api-go-grpc/internal/eventpb"
	"producer-core/postgrestest"
	"producer-core/servicetest"
)

func TestMain(m *testing.M) { servicetest.Main(m, main) }

// running is the service as a process.
type running struct {
	*servicetest.Process
	address string
	client  eventpb.EventServiceClient
}

func start(t *testing.T, variables ...string) running {
	t.Helper()
	port := servicetest.FreePort(t)
	process := servicetest.Start(t, append(variables, "GRPC_SERVER_PORT="+port)...)
	address := "127.0.0.1:" + port
	return running{Process: process, address: address, client: dial(t, address)}
}

func dial(t *testing.T, address string) eventpb.EventServiceClient {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return eventpb.NewEventServiceClient(conn)
}

func ready(t *testing.T, database postgrestest.Database) running {
	t.Helper()
	to := start(t, "DATABASE_URL="+database.URL)
	servicetest.Eventually(t, "the service is healthy", to.healthy)
	return to
}

// healthy waits for a connection, so that a service that only starts is not missed
// for the length of gRPC's backoff; one that never starts is not waited for without end.
func (r running) healthy() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	reply, err := r.client.HealthCheck(ctx, &eventpb.HealthRequest{}, grpc.WaitForReady(true))
	return err == nil && reply.GetHealthy()
}

func post(client eventpb.EventServiceClient, id string) codes.Code {
	_, err := client.ProcessEvent(context.Background(), &eventpb.EventRequest{
		EventHeader: &eventpb.EventHeader{EventName: "LoanCreated"},
		EventBody: &eventpb.EventBody{Entities: []*eventpb.EntityUpdate{
			{EntityType: "Loan", EntityId: id, UpdatedAttributes: &structpb.Struct{}},
		}},
	})
	return status.Code(err)
}

func (r running) acknowledged(id string) bool { return post(r.client, id) == codes.OK }

func TestABadSettingStopsTheStart(t *testing.T) {
	tests := map[string]string{
		"GRPC_SERVER_PORT=abc":       "producer-api-go-grpc: GRPC_SERVER_PORT: \"abc\" is not a port (1 to 65535)\n",
		"SERVER_ADDRESS=x":           "producer-api-go-grpc: SERVER_ADDRESS: \"x\" is not an IP address\n",
		"DATABASE_MAX_CONNECTIONS=0": "producer-api-go-grpc: DATABASE_MAX_CONNECTIONS: \"0\" is not a whole number from 1 to 1000\n",
		"LOG_LEVEL=loud":             "producer-api-go-grpc: LOG_LEVEL: \"loud\" is none of error, warn, info, debug, trace\n",
		"DATABASE_URL=secret":        "producer-api-go-grpc: DATABASE_URL: is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE\n",
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
	process := servicetest.Start(t, "GRPC_SERVER_PORT="+port)
	if code := process.Wait(); code != 1 || !strings.Contains(process.Output(), "address already in use") {
		t.Errorf("exit code %d, %s", code, process.Output())
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
	if code != 0 || !strings.Contains(to.Output(), "drained=true") {
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
		code := post(to.client, id)
		if code != codes.OK && code != codes.Unavailable {
			others.Add(1)
		}
		return code == codes.OK
	})
	servicetest.Eventually(t, "the load runs", func() bool { return load.Acknowledged() > 200 })
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	servicetest.Eventually(t, "events are refused", func() bool { return load.Failures.Load() > 20 })
	if to.healthy() {
		t.Error("healthy without a database")
	}
	if err := cluster.Launch(); err != nil {
		t.Fatal(err)
	}
	before := load.Acknowledged()
	servicetest.Eventually(t, "events are taken again", func() bool { return load.Acknowledged() > before+200 })
	load.Stop()
	if others.Load() != 0 || to.Ended() {
		t.Errorf("%d replies were neither OK nor UNAVAILABLE", others.Load())
	}
	database.Owner = postgrestest.Connect(t, database.Owner.Config().ConnString())
	load.AssertNothingLost(t, database)
}

func TestAThousandConnectionsAtOnce(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := ready(t, database)
	var stored atomic.Int64
	var callers sync.WaitGroup
	for caller := range 1000 {
		client := dial(t, to.address)
		callers.Go(func() {
			for number := range 3 {
				switch code := post(client, fmt.Sprint(caller, "-", number)); code {
				case codes.OK:
					stored.Add(1)
				case codes.Unavailable:
				default:
					t.Errorf("code %s", code)
				}
			}
		})
	}
	callers.Wait()
	if rows := database.Count(t); stored.Load() == 0 || int64(rows) != stored.Load() {
		t.Errorf("%d acknowledged, %d rows", stored.Load(), rows)
	}
	servicetest.Eventually(t, "the service is healthy afterwards", to.healthy)
}

// A client that connects and says nothing is closed; so is one that speaks HTTP/1.
func TestConnectionsThatBecomeNoneAreClosed(t *testing.T) {
	to := ready(t, postgrestest.NewDatabase(t))
	var closed sync.WaitGroup
	for _, said := range []string{"", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n"} {
		conn, err := net.Dial("tcp", to.address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, said); err != nil {
			t.Fatal(err)
		}
		closed.Go(func() {
			// It ends; how does not matter.
			_, _ = io.Copy(io.Discard, conn)
		})
	}
	closed.Wait()
}
