package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"postgres"
	"producer-core/event"
	"producer-core/fault"
)

// UpsertInOrder writes events one after the other on one connection, each its
// own transaction, without waiting for one before the next is sent. It gives one
// entry per event, nil where the event is stored; or, with nothing stored, the one
// fault of all when there is no connection or no table to begin with.
func (s *Store) UpsertInOrder(ctx context.Context, events []event.Event) ([]*fault.Fault, *fault.Fault) {
	conn, refused := s.acquire(context.WithValue(ctx, proven{}, true), acquireTimeout)
	if refused != nil {
		return nil, refused
	}
	defer conn.Release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bulkTimeout)
	defer cancel()

	statement, err := conn.Conn().Prepare(ctx, upsertName, postgres.Upsert)
	if err != nil {
		return nil, toFault(err)
	}
	outcomes := make([]error, len(events))
	// What follows a retried event is written again too: a later event may have
	// touched the same entity, and the order of the array decides. Merging twice
	// changes nothing.
	for attempt, from := 0, 0; from < len(events) && attempt <= maxRetries; attempt++ {
		run(ctx, conn.Conn(), statement, events[from:], outcomes[from:])
		for from < len(events) && !retryable(outcomes[from]) {
			from++
		}
	}
	faults := make([]*fault.Fault, len(events))
	for at, outcome := range outcomes {
		if outcome != nil {
			faults[at] = toFault(outcome)
		}
	}
	return faults, nil
}

// run sends all events as one pipeline and fills outcomes.
func run(
	ctx context.Context, conn *pgx.Conn, statement *pgconn.StatementDescription, events []event.Event, outcomes []error,
) {
	pipeline := conn.PgConn().StartPipeline(ctx)
	// An error at the close repeats one that an outcome already holds.
	defer func() { _ = pipeline.Close() }()

	for at, next := range events {
		pipeline.SendQueryStatement(statement, encode(next.Entities), binaryFormat, nil)
		// A sync after each statement ends its transaction; without it all of them
		// would be one.
		pipeline.SendPipelineSync()
		if (at+1)%flushEvery != 0 && at+1 != len(events) {
			continue
		}
		// A failed flush closes the pipeline, and every outcome tells why.
		if pipeline.Flush() != nil {
			break
		}
	}
	for at := range events {
		outcomes[at] = outcome(pipeline)
	}
}

var errPipelineEnded = errors.New("the pipeline ended before its results")

// outcome reads the results of one statement up to its sync. A broken connection
// gives its error for this statement and every later one.
func outcome(pipeline *pgconn.Pipeline) error {
	var failed error
	for {
		results, err := pipeline.GetResults()
		if err != nil {
			var refusal *pgconn.PgError
			if !errors.As(err, &refusal) {
				return errors.Join(failed, err)
			}
			failed = err
			continue
		}
		switch results := results.(type) {
		case *pgconn.ResultReader:
			_, failed = results.Close()
		case *pgconn.PipelineSync:
			return failed
		default:
			return errPipelineEnded
		}
	}
}
