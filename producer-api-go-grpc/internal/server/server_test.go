package server_test

import (
	"context"
	"log/slog"
	"math"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	"producer-api-go-grpc/internal/eventpb"
	"producer-api-go-grpc/internal/server"
	"producer-core/config"
	"producer-core/event"
	"producer-core/fault"
	"producer-core/ingest"
	"producer-core/postgrestest"
	"producer-core/servicetest"
	"producer-core/store"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// service is the whole service on a real database, but for its process.
type service struct {
	conn     *grpc.ClientConn
	events   eventpb.EventServiceClient
	database postgrestest.Database
	log      *servicetest.Log
}

func start(t *testing.T) service {
	t.Helper()
	database := postgrestest.NewDatabase(t)
	rows, err := store.Open(config.Database{URL: database.URL, MaxConnections: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rows.Close)
	to := serve(t, ingest.New(rows))
	to.database = database
	return to
}

func serve(t *testing.T, to server.Ingest) service {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log := new(servicetest.Log)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if drained, err := server.Serve(ctx, listener, to, slog.New(slog.NewTextHandler(log, nil))); !drained || err != nil {
			t.Error("the stop was not orderly", drained, err)
		}
	}()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		<-stopped
		_ = conn.Close()
	})
	return service{conn: conn, events: eventpb.NewEventServiceClient(conn), log: log}
}

func loan(id string, attributes map[string]any) *eventpb.EventRequest {
	object, err := structpb.NewStruct(attributes)
	if err != nil {
		panic(err)
	}
	return &eventpb.EventRequest{
		EventHeader: &eventpb.EventHeader{EventName: "LoanCreated"},
		EventBody: &eventpb.EventBody{Entities: []*eventpb.EntityUpdate{
			{EntityType: "Loan", EntityId: id, UpdatedAttributes: object},
		}},
	}
}

func assertCode(t *testing.T, err error, want codes.Code) *status.Status {
	t.Helper()
	got := status.Convert(err)
	if got.Code() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	for _, secret := range []string{"proto:", "SQLSTATE", "pgx", "goroutine"} {
		if strings.Contains(got.Message(), secret) {
			t.Errorf("the caller sees %q", got.Message())
		}
	}
	return got
}

func TestAnEventIsStoredAndAcknowledged(t *testing.T) {
	to := start(t)
	reply, err := to.events.ProcessEvent(context.Background(), loan("1", map[string]any{"balance": 24439.75, "n": nil, "i": 2}))
	if err != nil || !reply.GetSuccess() || reply.GetMessage() == "" {
		t.Fatal(reply, err)
	}
	if data := to.database.Data(t, "Loan", "1"); data != `{"i": 2, "n": null, "balance": 24439.75}` {
		t.Error(data)
	}
	if to.log.String() != "" {
		t.Errorf("a success was logged: %s", to.log)
	}
}

func TestAnInvalidEventNamesItsFields(t *testing.T) {
	to := start(t)
	noKind := loan("1", nil)
	noKind.EventBody.Entities[0].UpdatedAttributes.Fields = map[string]*structpb.Value{"a": {}}
	invalidDates := loan("1", nil)
	invalidDates.EventHeader.CreatedDate = "yesterday"
	invalidDates.EventHeader.Uuid = "1"
	noAttributes := loan("1", nil)
	noAttributes.EventBody.Entities[0].UpdatedAttributes = nil
	deep := any(map[string]any{})
	for range 20 {
		deep = map[string]any{"a": deep}
	}
	many := loan("1", nil)
	for range 100 {
		many.EventBody.Entities = append(many.EventBody.Entities, many.EventBody.Entities[0])
	}
	tests := map[string]struct {
		request *eventpb.EventRequest
		fields  string
	}{
		"nothing":       {&eventpb.EventRequest{}, "event_header event_body"},
		"empty parts":   {&eventpb.EventRequest{EventHeader: &eventpb.EventHeader{}, EventBody: &eventpb.EventBody{}}, "event_header.event_name event_body.entities"},
		"empty id":      {loan("", nil), "event_body.entities[0].entity_id"},
		"NUL":           {loan("a\x00", nil), "event_body.entities[0].entity_id"},
		"dates":         {invalidDates, "event_header.uuid event_header.created_date"},
		"no attributes": {noAttributes, "event_body.entities[0].updated_attributes"},
		"NaN":           {loan("1", map[string]any{"a": math.NaN()}), "event_body.entities[0].updated_attributes"},
		"no kind":       {noKind, "event_body.entities[0].updated_attributes"},
		"21 levels":     {loan("1", deep.(map[string]any)), "event_body.entities[0].updated_attributes"},
		"101 entities":  {many, "event_body.entities"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := to.events.ProcessEvent(context.Background(), test.request)
			var named []string
			for _, detail := range assertCode(t, err, codes.InvalidArgument).Details() {
				for _, violation := range detail.(*errdetails.BadRequest).GetFieldViolations() {
					named = append(named, violation.GetField())
				}
			}
			if strings.Join(named, " ") != test.fields {
				t.Errorf("named %v, want %s", named, test.fields)
			}
		})
	}
	if rows := to.database.Count(t); rows != 0 {
		t.Errorf("%d rows", rows)
	}
}

func TestEmptyStringsAreAbsent(t *testing.T) {
	to := start(t)
	request := loan("1", nil)
	request.EventHeader = &eventpb.EventHeader{EventName: "x", Uuid: "", CreatedDate: "", SavedDate: "1705314600000", EventType: ""}
	if _, err := to.events.ProcessEvent(context.Background(), request); err != nil {
		t.Error(err)
	}
}

func TestHealthFollowsTheTable(t *testing.T) {
	to := start(t)
	ctx := context.Background()
	health := healthpb.NewHealthClient(to.conn)
	watch, err := health.Watch(ctx, &healthpb.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	expect := func(ready bool) {
		t.Helper()
		want := healthpb.HealthCheckResponse_NOT_SERVING
		if ready {
			want = healthpb.HealthCheckResponse_SERVING
		}
		// A busy machine may be late for the second that the database has.
		servicetest.Eventually(t, "HealthCheck follows", func() bool {
			own, err := to.events.HealthCheck(ctx, &eventpb.HealthRequest{Service: "whatever"})
			return err == nil && own.GetHealthy() == ready && own.GetMessage() != ""
		})
		for _, name := range []string{"", "com.example.grpc.EventService"} {
			servicetest.Eventually(t, "Check follows", func() bool {
				standard, err := health.Check(ctx, &healthpb.HealthCheckRequest{Service: name})
				return err == nil && standard.GetStatus() == want
			})
		}
		servicetest.Eventually(t, "List follows", func() bool {
			all, err := health.List(ctx, &healthpb.HealthListRequest{})
			return err == nil && len(all.GetStatuses()) == 2 && all.GetStatuses()[""].GetStatus() == want
		})
		servicetest.Eventually(t, "Watch tells", func() bool {
			seen, err := watch.Recv()
			return err == nil && seen.GetStatus() == want
		})
	}
	expect(true)
	postgrestest.Exec(t, to.database.Owner, "alter table car_entities rename to hidden")
	expect(false)
	_, err = to.events.ProcessEvent(ctx, loan("1", nil))
	assertCode(t, err, codes.Unavailable)
	postgrestest.Exec(t, to.database.Owner, "alter table hidden rename to car_entities")
	expect(true)

	_, err = health.Check(ctx, &healthpb.HealthCheckRequest{Service: "other"})
	assertCode(t, err, codes.NotFound)
}

func TestReflectionListsTheService(t *testing.T) {
	to := start(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream, err := reflectionpb.NewServerReflectionClient(to.conn).ServerReflectionInfo(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = stream.Send(&reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: "com.example.grpc.EventService"},
	})
	if err != nil {
		t.Fatal(err)
	}
	reply, err := stream.Recv()
	if err != nil || len(reply.GetFileDescriptorResponse().GetFileDescriptorProto()) == 0 {
		t.Error(reply, err)
	}
}

func TestCodesAreThoseOfTheContract(t *testing.T) {
	text, err := os.ReadFile("../../../contract/faults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var listed []struct {
		Name fault.Kind
		GRPC string
	}
	if err := yaml.Unmarshal(text, &listed); err != nil {
		t.Fatal(err)
	}
	for _, entry := range listed {
		if entry.GRPC == "" {
			continue
		}
		to := serve(t, failing{entry.Name})
		_, err := to.events.ProcessEvent(context.Background(), loan("1", nil))
		var want codes.Code
		if err := want.UnmarshalJSON([]byte(`"` + entry.GRPC + `"`)); err != nil {
			t.Fatal(err)
		}
		assertCode(t, err, want)
	}
}

// failing is an Ingest that knows one fault only.
type failing struct{ kind fault.Kind }

func (f failing) Process(context.Context, event.Draft) *fault.Fault { return fault.New(f.kind, "why") }
func (f failing) Ready(context.Context) *fault.Fault                { return fault.New(f.kind, "why") }

func TestABugIsAnInternalFaultAndTheServiceLives(t *testing.T) {
	to := serve(t, broken{})
	for range 2 {
		_, err := to.events.ProcessEvent(context.Background(), loan("1", nil))
		if got := assertCode(t, err, codes.Internal); strings.Contains(got.Message(), "a bug") {
			t.Error(got.Message())
		}
	}
	watch, err := healthpb.NewHealthClient(to.conn).Watch(context.Background(), &healthpb.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = watch.Recv()
	assertCode(t, err, codes.Internal)
	if !strings.Contains(to.log.String(), "a bug") {
		t.Error("the log does not tell")
	}
}

type broken struct{}

func (broken) Process(context.Context, event.Draft) *fault.Fault { panic("a bug") }
func (broken) Ready(context.Context) *fault.Fault                { panic("a bug") }

func TestACallerWhoseTimeIsUpGetsItsDeadlineAndTheServiceLives(t *testing.T) {
	to := start(t)
	if _, err := to.events.ProcessEvent(context.Background(), loan("1", nil)); err != nil {
		t.Fatal(err)
	}
	unlock := to.database.LockRows(t)
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			_, err := to.events.ProcessEvent(ctx, loan("1", map[string]any{"a": 1}))
			assertCode(t, err, codes.DeadlineExceeded)
		})
	}
	callers.Wait()
	unlock()
	if _, err := to.events.ProcessEvent(context.Background(), loan("2", nil)); err != nil {
		t.Error(err)
	}
}
