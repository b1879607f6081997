package store_test

import (
	"context"
	"fmt"
	"testing"

	"producer-core/event"
	"producer-core/fault"
	"producer-core/postgrestest"
	"producer-core/servicetest"
)

func privateCluster(t *testing.T) *postgrestest.Cluster {
	t.Helper()
	cluster, err := postgrestest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Remove() })
	return cluster
}

func TestADatabaseThatIsAwayIsUnavailableAndComesBack(t *testing.T) {
	cluster := privateCluster(t)
	database := cluster.NewDatabase(t)
	to := open(t, database.URL, 4)
	ctx := context.Background()
	mustUpsert(t, to, loan("1", `{}`))

	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	assertKind(t, to.Ready(ctx), fault.Unavailable)
	assertKind(t, to.Upsert(ctx, []event.Entity{loan("2", `{}`)}), fault.Unavailable)
	_, refused := to.UpsertInOrder(ctx, []event.Event{{Entities: []event.Entity{loan("3", `{}`)}}})
	assertKind(t, refused, fault.Unavailable)

	if err := cluster.Launch(); err != nil {
		t.Fatal(err)
	}
	servicetest.Eventually(t, "the store is ready again", func() bool { return to.Ready(ctx) == nil })
	mustUpsert(t, to, loan("2", `{}`))
}

// The pool does not know yet that its connections are dead.
func TestBulkOnDeadConnectionsIsUnavailableAsAWhole(t *testing.T) {
	cluster := privateCluster(t)
	database := cluster.NewDatabase(t)
	to := open(t, database.URL, 4)
	mustUpsert(t, to, loan("1", `{}`))
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	events := []event.Event{{Entities: []event.Entity{loan("2", `{}`)}}}
	_, refused := to.UpsertInOrder(context.Background(), events)
	assertKind(t, refused, fault.Unavailable)

	if err := cluster.Launch(); err != nil {
		t.Fatal(err)
	}
	outcomes, refused := to.UpsertInOrder(context.Background(), events)
	if refused != nil || outcomes[0] != nil {
		t.Error(refused, outcomes)
	}
}

func TestBulkWhoseDatabaseGoesAwayFailsTheRestAlone(t *testing.T) {
	cluster := privateCluster(t)
	database := cluster.NewDatabase(t)
	to := open(t, database.URL, 1)
	// The tenth event ends its own session, as an administrator would.
	postgrestest.Exec(t, database.Owner, `
		create function leave() returns trigger language plpgsql security definer as $$
		begin
		  if new.id = 'leave' then perform pg_terminate_backend(pg_backend_pid()); end if;
		  return new;
		end $$;
		create trigger leaving before insert on car_entities for each row execute function leave()`)
	events := make([]event.Event, 100)
	for at := range events {
		events[at].Entities = []event.Entity{loan(fmt.Sprint(at), `{}`)}
	}
	events[10].Entities = []event.Entity{loan("leave", `{}`)}

	outcomes, refused := to.UpsertInOrder(context.Background(), events)
	if refused != nil {
		t.Fatal(refused)
	}
	for at, outcome := range outcomes {
		if at < 10 {
			if outcome != nil {
				t.Errorf("event %d: %v", at, outcome)
			}
			continue
		}
		assertKind(t, outcome, fault.Unavailable)
	}
	if rows := database.Count(t); rows != 10 {
		t.Errorf("%d rows", rows)
	}
	mustUpsert(t, to, loan("after", `{}`))
}
