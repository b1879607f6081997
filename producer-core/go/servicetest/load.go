package servicetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"producer-core/postgrestest"
)

// Load sends events of ever new entities from many callers at once, and knows
// which of them were acknowledged.
type Load struct {
	// Failures counts what got another answer.
	Failures atomic.Int64

	stop         context.CancelFunc
	callers      sync.WaitGroup
	lock         sync.Mutex
	acknowledged []string
}

// StartLoad begins. send posts an event for the loan of this id and is true when
// it was acknowledged.
func StartLoad(callers int, send func(id string) bool) *Load {
	ctx, stop := context.WithCancel(context.Background())
	load := &Load{stop: stop}
	for caller := range callers {
		load.callers.Go(func() {
			for number := 0; ctx.Err() == nil; number++ {
				load.one(fmt.Sprintf("%d-%d", caller, number), send)
			}
		})
	}
	return load
}

func (l *Load) one(id string, send func(id string) bool) {
	if !send(id) {
		l.Failures.Add(1)
		return
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	l.acknowledged = append(l.acknowledged, id)
}

// Acknowledged is how many events were acknowledged so far.
func (l *Load) Acknowledged() int {
	l.lock.Lock()
	defer l.lock.Unlock()
	return len(l.acknowledged)
}

// Stop ends the load and waits for its callers.
func (l *Load) Stop() {
	l.stop()
	l.callers.Wait()
}

// AssertNothingLost fails the test when an acknowledged event has no row.
func (l *Load) AssertNothingLost(t testing.TB, database postgrestest.Database) {
	t.Helper()
	var stored int
	err := database.Owner.QueryRow(context.Background(),
		"select count(*) from car_entities where entity_type = 'Loan' and id = any($1)", l.acknowledged).Scan(&stored)
	if err != nil {
		t.Fatal(err)
	}
	if stored != len(l.acknowledged) {
		t.Errorf("%d events were acknowledged, %d of them are stored", len(l.acknowledged), stored)
	}
}

// Eventually waits until the condition holds, and fails the test when it does not
// come to hold in a time that no working machine needs.
func Eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("it never came to be that %s", what)
}
