package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	"producer-api-go-rest/internal/server"
	"producer-core/config"
	"producer-core/event"
	"producer-core/fault"
	"producer-core/ingest"
	"producer-core/postgrestest"
	"producer-core/servicetest"
	"producer-core/store"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

const events = "/api/v1/events"

// service is the whole service on a real database, but for its process.
type service struct {
	*httptest.Server
	database postgrestest.Database
	log      *bytes.Buffer
}

func start(t *testing.T) service {
	t.Helper()
	database := postgrestest.NewDatabase(t)
	rows, err := store.Open(config.Database{URL: database.URL, MaxConnections: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rows.Close)
	log := new(bytes.Buffer)
	logger := slog.New(slog.NewTextHandler(log, nil))
	running := httptest.NewServer(server.Handler(ingest.New(rows), logger))
	t.Cleanup(running.Close)
	return service{running, database, log}
}

func loan(id, attributes string) string {
	return fmt.Sprintf(`{"eventHeader":{"eventName":"LoanCreated"},"eventBody":{"entities":[`+
		`{"entityType":"Loan","entityId":%q,"updatedAttributes":%s}]}}`, id, attributes)
}

// reply is what a client sees; the fields of both kinds of JSON body.
type reply struct {
	code   int
	header http.Header
	text   string

	Type, Title, Detail, Fault, Message, BatchID string
	Status                                       any
	Success                                      bool
	ProcessedCount, FailedCount                  int
	ProcessingTimeMs                             float64
	Errors                                       []struct {
		Field, Fault, Detail string
		Index                int
	}
}

func send(t *testing.T, request *http.Request) reply {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{code: response.StatusCode, header: response.Header, text: string(text)}
	if err := json.Unmarshal(text, &got); err != nil && request.Method != http.MethodHead {
		t.Fatalf("%s: %v", text, err)
	}
	return got
}

func (s service) request(t *testing.T, method, path string, body io.Reader) *http.Request {
	t.Helper()
	request, err := http.NewRequest(method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	return request
}

func (s service) post(t *testing.T, path, body string) reply {
	t.Helper()
	return send(t, s.request(t, http.MethodPost, path, strings.NewReader(body)))
}

// assertProblem wants a problem+json of the fault, with all that faults.yaml asks.
func assertProblem(t *testing.T, got reply, kind fault.Kind) {
	t.Helper()
	listed, found := list(t)[kind]
	if !found {
		t.Fatalf("%s is not on the list", kind)
	}
	if got.code != listed.HTTP || got.Status != float64(listed.HTTP) || got.Fault != string(kind) ||
		got.Title != listed.Title || got.Type != "about:blank" || got.Detail == "" {
		t.Errorf("want %s, got %d %s", kind, got.code, got.text)
	}
	if media := got.header.Get("Content-Type"); media != "application/problem+json" {
		t.Errorf("Content-Type %q", media)
	}
	for _, name := range listed.Headers {
		if got.header.Get(name) == "" {
			t.Errorf("no header %s", name)
		}
	}
}

type entry struct {
	Name    fault.Kind
	Title   string
	HTTP    int
	Headers []string
}

func list(t *testing.T) map[fault.Kind]entry {
	t.Helper()
	text, err := os.ReadFile("../../../contract/faults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var entries []entry
	if err := yaml.Unmarshal(text, &entries); err != nil {
		t.Fatal(err)
	}
	byName := map[fault.Kind]entry{}
	for _, one := range entries {
		byName[one.Name] = one
	}
	return byName
}

func TestAnEventIsStoredAndAcknowledged(t *testing.T) {
	to := start(t)
	got := to.post(t, events, loan("1", `{"balance":24439.75,"n":null}`))
	if got.code != http.StatusOK || got.text != `{"success":true,"message":"Event processed successfully"}` ||
		got.header.Get("Content-Type") != "application/json" {
		t.Error(got.code, got.text, got.header)
	}
	if data := to.database.Data(t, "Loan", "1"); data != `{"n": null, "balance": 24439.75}` {
		t.Error(data)
	}
	if to.log.Len() > 0 {
		t.Errorf("a success was logged: %s", to.log)
	}
}

func TestAnInvalidEventNamesItsFieldsAndLeavesNoRow(t *testing.T) {
	to := start(t)
	got := to.post(t, events, `{"eventHeader":{"eventName":" "},"eventBody":{"entities":[`+
		`{"entityType":"Loan","entityId":"1","updatedAttributes":{}},{"entityType":"Loan","updatedAttributes":{}}]}}`)
	assertProblem(t, got, fault.InvalidEvent)
	named := map[string]bool{}
	for _, broken := range got.Errors {
		named[broken.Field] = broken.Detail != ""
	}
	if len(named) != 2 || !named["eventHeader.eventName"] || !named["eventBody.entities[1].entityId"] {
		t.Error(got.text)
	}
	if rows := to.database.Count(t); rows != 0 {
		t.Errorf("%d rows", rows)
	}
}

func TestMalformedBodies(t *testing.T) {
	to := start(t)
	for _, body := range []string{"", "x", "[]", loan("1", "[]"), loan("1", "{}") + "x", strings.Repeat(`{"a":`, 100_000)} {
		got := to.post(t, events, body)
		assertProblem(t, got, fault.Malformed)
		if strings.Contains(got.text, "jsontext") {
			t.Errorf("the parser's words reach the caller: %s", got.text)
		}
	}
}

func TestRoutes(t *testing.T) {
	to := start(t)
	tests := []struct {
		method, path string
		kind         fault.Kind
		allow        string
	}{
		{"GET", "/", fault.NotFound, ""},
		{"POST", "/api/v1/events/", fault.NotFound, ""},
		{"POST", "/API/v1/events", fault.NotFound, ""},
		{"POST", "//api/v1/events", fault.NotFound, ""},
		{"POST", "/api/v1/event%73", fault.NotFound, ""},
		{"GET", "/api/v1/events/unknown", fault.NotFound, ""},
		{"GET", "/api/v1/events", fault.MethodNotAllowed, "POST"},
		{"PUT", "/api/v1/events", fault.MethodNotAllowed, "POST"},
		{"DELETE", "/api/v1/events/bulk", fault.MethodNotAllowed, "POST"},
		{"POST", "/api/v1/events/health", fault.MethodNotAllowed, "GET"},
		{"BREW", "/api/v1/events/health", fault.MethodNotAllowed, "GET"},
	}
	for _, test := range tests {
		got := send(t, to.request(t, test.method, test.path, strings.NewReader(loan("1", "{}"))))
		assertProblem(t, got, test.kind)
		if got.header.Get("Allow") != test.allow {
			t.Errorf("%s %s: Allow %q", test.method, test.path, got.header.Get("Allow"))
		}
	}
	if got := to.post(t, events+"?a=b", loan("1", "{}")); got.code != http.StatusOK {
		t.Error("a query is ignored", got.text)
	}
}

func TestMediaTypes(t *testing.T) {
	to := start(t)
	for media, good := range map[string]bool{
		"application/json":                  true,
		"application/json; charset=utf-8":   true,
		"Application/JSON;charset=\"x\"":    true,
		"application/json ;":                true,
		"":                                  false,
		"text/plain":                        false,
		"application/jsonp":                 false,
		"application/x-www-form-urlencoded": false,
		"text/plain, application/json":      false,
	} {
		request := to.request(t, http.MethodPost, events, strings.NewReader(loan("1", "{}")))
		request.Header.Set("Content-Type", media)
		if media == "" {
			request.Header.Del("Content-Type")
		}
		got := send(t, request)
		if !good {
			assertProblem(t, got, fault.UnsupportedMedia)
		} else if got.code != http.StatusOK {
			t.Errorf("%q: %s", media, got.text)
		}
	}
}

func TestBulkReportsEachFailure(t *testing.T) {
	to := start(t)
	got := to.post(t, events+"/bulk", "["+loan("1", `{"a":1}`)+`, 7, `+loan("", `{}`)+","+loan("1", `{"a":2}`)+"]")
	if got.code != http.StatusOK || got.Success || got.ProcessedCount != 2 || got.FailedCount != 2 || len(got.Errors) != 2 {
		t.Fatal(got.text)
	}
	first, second := got.Errors[0], got.Errors[1]
	if first.Index != 1 || first.Fault != "malformed" || second.Index != 2 || second.Fault != "invalid_event" ||
		!strings.HasPrefix(second.Detail, "eventBody.entities[0].entityId ") {
		t.Error(got.text)
	}
	if uuid.Validate(got.BatchID) != nil || got.ProcessingTimeMs <= 0 {
		t.Error(got.text)
	}
	if data := to.database.Data(t, "Loan", "1"); data != `{"a": 2}` {
		t.Error(data)
	}
}

func TestBulkLimits(t *testing.T) {
	to := start(t)
	many := func(count int) string {
		return "[" + strings.Repeat(loan("1", "{}")+",", count-1) + loan("1", "{}") + "]"
	}
	if got := to.post(t, events+"/bulk", many(1000)); !got.Success || got.ProcessedCount != 1000 || !strings.Contains(got.text, `"errors":[]`) {
		t.Error(got.text)
	}
	assertProblem(t, to.post(t, events+"/bulk", many(1001)), fault.InvalidEvent)
	assertProblem(t, to.post(t, events+"/bulk", "[]"), fault.InvalidEvent)
	assertProblem(t, to.post(t, events+"/bulk", loan("1", "{}")), fault.Malformed)
	assertProblem(t, to.post(t, events+"/bulk", ""), fault.Malformed)
}

func TestHealthFollowsTheTable(t *testing.T) {
	to := start(t)
	health := func() reply { return send(t, to.request(t, http.MethodGet, events+"/health", nil)) }
	// A busy machine may be late for the second that the database has.
	servicetest.Eventually(t, "the service is healthy", func() bool {
		got := health()
		return got.code == http.StatusOK && got.Status == "healthy" && got.Message != ""
	})
	postgrestest.Exec(t, to.database.Owner, "alter table car_entities rename to hidden")
	servicetest.Eventually(t, "the missing table is named", func() bool {
		got := health()
		assertProblem(t, got, fault.Unavailable)
		return got.Detail == "the table car_entities is missing"
	})
	assertProblem(t, to.post(t, events, loan("1", "{}")), fault.Unavailable)
	assertProblem(t, to.post(t, events+"/bulk", "["+loan("1", "{}")+"]"), fault.Unavailable)
	postgrestest.Exec(t, to.database.Owner, "alter table hidden rename to car_entities")
	servicetest.Eventually(t, "the service is healthy again", func() bool { return health().code == http.StatusOK })
}

func TestFaultsAreLoggedWithTheirCauseAndTheCallerDoesNotSeeIt(t *testing.T) {
	to := start(t)
	postgrestest.Exec(t, to.database.Owner, "revoke insert on car_entities from producer")
	got := to.post(t, events, loan("1", "{}"))
	assertProblem(t, got, fault.Internal)
	if strings.Contains(got.text, "permission") || strings.Contains(got.text, "42501") {
		t.Error(got.text)
	}
	if !strings.Contains(to.log.String(), "permission denied") {
		t.Error(to.log)
	}
}

// broken is an Ingest with a bug.
type broken struct{ server.Ingest }

func (broken) Process(context.Context, event.Draft) *fault.Fault { panic("a bug") }

func TestABugIsAnInternalFaultAndTheServiceLives(t *testing.T) {
	log := new(bytes.Buffer)
	running := httptest.NewServer(server.Handler(broken{}, slog.New(slog.NewTextHandler(log, nil))))
	t.Cleanup(running.Close)
	to := service{Server: running}
	for range 2 {
		got := to.post(t, events, loan("1", "{}"))
		assertProblem(t, got, fault.Internal)
		if strings.Contains(got.text, "a bug") || strings.Contains(got.text, ".go") {
			t.Error(got.text)
		}
	}
	if !strings.Contains(log.String(), "a bug") {
		t.Error("the log does not tell")
	}
}
