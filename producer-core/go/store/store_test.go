package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"producer-core/config"
	"producer-core/event"
	"producer-core/fault"
	"producer-core/postgrestest"
	"producer-core/servicetest"
	"producer-core/store"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

func open(t *testing.T, url string, connections int32) *store.Store {
	t.Helper()
	opened, err := store.Open(config.Database{URL: url, MaxConnections: connections})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	return opened
}

func loan(id, attributes string) event.Entity {
	return event.Entity{Type: "Loan", ID: id, Attributes: attributes}
}

func mustUpsert(t *testing.T, to *store.Store, entities ...event.Entity) {
	t.Helper()
	if refused := to.Upsert(context.Background(), entities); refused != nil {
		t.Fatal(refused)
	}
}

func assertKind(t *testing.T, refused *fault.Fault, kind fault.Kind) {
	t.Helper()
	if refused == nil || refused.Kind != kind {
		t.Fatalf("got %v, want the fault %s", refused, kind)
	}
}

func TestUpsertCreatesAndMergesShallowly(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := open(t, database.URL, 2)
	mustUpsert(t, to, loan("1", `{"a":{"x":1,"y":2},"b":1,"c":"ü😀\u00e9"}`), event.Entity{Type: "Car", ID: "1", Attributes: `{}`})
	mustUpsert(t, to, loan("1", `{"a":{"x":3},"b":null}`))
	if got := database.Data(t, "Loan", "1"); got != `{"a": {"x": 3}, "b": null, "c": "ü😀é"}` {
		t.Error(got)
	}
	if got := database.Data(t, "Car", "1"); got != `{}` {
		t.Error(got)
	}
}

func TestAFoldedEventIsStoredAsIfMergedTwice(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := open(t, database.URL, 1)
	var entities event.Entities
	for _, attributes := range []string{`{"a":{"x":1},"b":1}`, `{"a":{"y":2},"\u0062":2}`} {
		entities.Append(event.DraftEntity{
			Type: event.Some("Loan"), ID: event.Some("1"), Attributes: event.Some(event.NewAttributes(attributes)),
		})
	}
	valid, refused := event.Draft{
		Header: event.Some(event.Header{EventName: event.Some("x")}),
		Body:   event.Some(event.Body{Entities: event.Some(entities)}),
	}.Validate()
	if refused != nil {
		t.Fatal(refused)
	}
	mustUpsert(t, to, valid.Entities...)
	if got := database.Data(t, "Loan", "1"); got != `{"a": {"y": 2}, "b": 2}` {
		t.Error(got)
	}
}

func TestTimesAreTheDatabasesAndCreatedAtStays(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := open(t, database.URL, 1)
	mustUpsert(t, to, loan("1", `{}`))
	postgrestest.Exec(t, database.Owner, "update car_entities set created_at = '2000-01-01', updated_at = '2000-01-01'")
	mustUpsert(t, to, loan("1", `{}`))
	var kept, renewed bool
	err := database.Owner.QueryRow(context.Background(),
		"select created_at = '2000-01-01', updated_at > now() - interval '1 minute' from car_entities").Scan(&kept, &renewed)
	if err != nil || !kept || !renewed {
		t.Error(kept, renewed, err)
	}
}

func TestConcurrentMergesIntoOneEntityAllCount(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := open(t, database.URL, 10)
	const writers = 200
	concurrently(writers, func(writer int) {
		if refused := to.Upsert(context.Background(), []event.Entity{loan("1", fmt.Sprintf(`{"k%d":%d}`, writer, writer))}); refused != nil {
			t.Error(refused)
		}
	})
	var keys int
	err := database.Owner.QueryRow(context.Background(),
		"select count(*) from car_entities, jsonb_object_keys(data)").Scan(&keys)
	if err != nil || keys != writers || database.Count(t) != 1 {
		t.Error(keys, err)
	}
}

func TestEventsInOppositeOrderDoNotDeadlock(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := open(t, database.URL, 10)
	forward := make([]event.Entity, 50)
	backward := make([]event.Entity, 50)
	for at := range forward {
		forward[at] = loan(fmt.Sprint(at), `{"a":1}`)
		backward[len(backward)-1-at] = forward[at]
	}
	concurrently(200, func(writer int) {
		entities := forward
		if writer%2 == 1 {
			entities = backward
		}
		if refused := to.Upsert(context.Background(), entities); refused != nil {
			t.Error(refused)
		}
	})
	var deadlocks int
	err := database.Owner.QueryRow(context.Background(),
		"select deadlocks from pg_stat_database where datname = current_database()").Scan(&deadlocks)
	if err != nil || deadlocks != 0 {
		t.Errorf("%d deadlocks, %v", deadlocks, err)
	}
}

func concurrently(count int, work func(int)) {
	var running sync.WaitGroup
	for number := range count {
		running.Go(func() { work(number) })
	}
	running.Wait()
}

// A trigger raises what a busy server might, so that the retry can be counted.
const failingTrigger = `
create sequence attempts;
grant usage on sequence attempts to producer;
create function fail() returns trigger language plpgsql as $$
begin
  if new.data ? 'fails' and nextval('attempts') <= (new.data->>'fails')::int then
    raise exception 'made up' using errcode = new.data->>'state';
  end if;
  return new;
end $$;
create trigger failing before insert on car_entities for each row execute function fail();`

func TestSerializationErrorsAreRetriedThreeTimes(t *testing.T) {
	tests := []struct {
		state string
		fails int
		kind  fault.Kind
	}{
		{"40001", 3, ""},
		{"40P01", 3, ""},
		{"40001", 4, fault.Internal},
		{"22000", 1, fault.Internal},
		{"53300", 1, fault.Unavailable},
		{"57P01", 1, fault.Unavailable},
		{"08006", 1, fault.Unavailable},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.state, " ", test.fails), func(t *testing.T) {
			database := postgrestest.NewDatabase(t)
			postgrestest.Exec(t, database.Owner, failingTrigger)
			to := open(t, database.URL, 1)
			failing := loan("1", fmt.Sprintf(`{"fails":%d,"state":%q}`, test.fails, test.state))

			refused := to.Upsert(context.Background(), []event.Entity{failing})
			if test.kind == "" && refused != nil {
				t.Error(refused)
			} else if test.kind != "" {
				assertKind(t, refused, test.kind)
				if strings.Contains(refused.Detail, "made up") {
					t.Error("the database's words reach the caller")
				}
			}
		})
	}
}

func TestBulkRetriesInOrder(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	postgrestest.Exec(t, database.Owner, failingTrigger)
	to := open(t, database.URL, 1)
	outcomes, refused := to.UpsertInOrder(context.Background(), []event.Event{
		{Entities: []event.Entity{loan("1", `{"last":0}`)}},
		{Entities: []event.Entity{loan("1", `{"last":1,"fails":3,"state":"40001"}`)}},
		{Entities: []event.Entity{loan("1", `{"last":2}`)}},
	})
	if refused != nil {
		t.Fatal(refused)
	}
	for _, outcome := range outcomes {
		if outcome != nil {
			t.Error(outcome)
		}
	}
	if got := database.Data(t, "Loan", "1"); !strings.Contains(got, `"last": 2`) {
		t.Error(got)
	}
}

func TestBulkAppliesInOrderAndFailsAlone(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	postgrestest.Exec(t, database.Owner, failingTrigger)
	to := open(t, database.URL, 1)
	const count = 1000
	events := make([]event.Event, count)
	for at := range events {
		events[at].Entities = []event.Entity{loan("1", fmt.Sprintf(`{"last":%d}`, at)), loan(fmt.Sprint("own-", at), `{}`)}
	}
	events[500].Entities = append(events[500].Entities, loan("x", `{"fails":1000,"state":"22000"}`))
	outcomes, refused := to.UpsertInOrder(context.Background(), events)
	if refused != nil {
		t.Fatal(refused)
	}
	for at, outcome := range outcomes {
		if (outcome != nil) != (at == 500) {
			t.Errorf("event %d: %v", at, outcome)
		}
	}
	if got := database.Data(t, "Loan", "1"); got != `{"last": 999}` {
		t.Error(got)
	}
	if rows := database.Count(t); rows != count {
		t.Errorf("%d rows", rows)
	}
	mustUpsert(t, to, loan("after", `{}`))
}

func TestAMissingTableIsUnavailableUntilItIsThere(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := open(t, database.URL, 1)
	ctx := context.Background()
	postgrestest.Exec(t, database.Owner, "alter table car_entities rename to hidden")

	// A busy machine may be late for the second that the database has.
	servicetest.Eventually(t, "the missing table is named", func() bool {
		refused := to.Ready(ctx)
		assertKind(t, refused, fault.Unavailable)
		return refused.Detail == "the table car_entities is missing"
	})
	assertKind(t, to.Upsert(ctx, []event.Entity{loan("1", `{}`)}), fault.Unavailable)
	_, refused := to.UpsertInOrder(ctx, []event.Event{{Entities: []event.Entity{loan("1", `{}`)}}})
	assertKind(t, refused, fault.Unavailable)

	postgrestest.Exec(t, database.Owner, "alter table hidden rename to car_entities")
	servicetest.Eventually(t, "the store is ready", func() bool { return to.Ready(ctx) == nil })
	mustUpsert(t, to, loan("1", `{}`))
}

func TestTheServicesRoleMayDoNothingElse(t *testing.T) {
	const insufficientPrivilege = "42501"
	database := postgrestest.NewDatabase(t)
	producer := postgrestest.Connect(t, database.URL)
	for _, statement := range []string{
		"truncate car_entities",
		"delete from car_entities",
		"drop table car_entities",
		"alter table car_entities add column x int",
		"create table other ()",
		"create index on car_entities (id)",
	} {
		_, err := producer.Exec(context.Background(), statement)
		var refusal *pgconn.PgError
		if !errors.As(err, &refusal) || refusal.Code != insufficientPrivilege {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestNoConnectionFreeIsUnavailable(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := open(t, database.URL, 1)
	mustUpsert(t, to, loan("1", `{}`))
	ctx := context.Background()
	unlock := database.LockRows(t)
	blocked := make(chan *fault.Fault)
	go func() { blocked <- to.Upsert(ctx, []event.Entity{loan("1", `{}`)}) }()
	database.AwaitBlocked(t, 1)

	assertKind(t, to.Upsert(ctx, []event.Entity{loan("2", `{}`)}), fault.Unavailable)
	assertKind(t, to.Ready(ctx), fault.Unavailable)
	_, refused := to.UpsertInOrder(ctx, []event.Event{{Entities: []event.Entity{loan("3", `{}`)}}})
	assertKind(t, refused, fault.Unavailable)

	unlock()
	if refused := <-blocked; refused != nil {
		t.Error(refused)
	}
	mustUpsert(t, to, loan("2", `{}`))
}

func TestACallerWhoLeavesDoesNotCostTheConnection(t *testing.T) {
	database := postgrestest.NewDatabase(t)
	to := open(t, database.URL, 1)
	ctx, leave := context.WithCancel(context.Background())
	mustUpsert(t, to, loan("1", `{}`))
	unlock := database.LockRows(t)
	finished := make(chan *fault.Fault)
	go func() { finished <- to.Upsert(ctx, []event.Entity{loan("1", `{"a":1}`)}) }()
	database.AwaitBlocked(t, 1)
	leave()
	unlock()
	if refused := <-finished; refused != nil {
		t.Error(refused)
	}
	if got := database.Data(t, "Loan", "1"); got != `{"a": 1}` {
		t.Error(got)
	}
}
