// Package store writes entities with the one statement of postgres/queries and
// turns what PostgreSQL says into faults.
package store

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"postgres"
	"producer-core/config"
	"producer-core/event"
	"producer-core/fault"
)

const (
	connectTimeout = 2 * time.Second
	acquireTimeout = 2 * time.Second
	readyTimeout   = time.Second
	// A statement waits for other writers of its rows and for the disk; the work
	// of a whole bulk request is one such wait.
	eventTimeout = 10 * time.Second
	bulkTimeout  = 30 * time.Second
	// maxRetries bounds what is done again after a deadlock or a serialization error.
	maxRetries = 3
	// flushEvery bounds how much of a bulk request lies encoded in memory.
	flushEvery = 32

	upsertName = "upsert"
)

// Store is a pool of connections to the one table.
type Store struct {
	pool *pgxpool.Pool
}

// Open makes the pool and connects to nothing yet: a service starts without its
// database and says so when asked. The error is about the URL, and may hold it.
func Open(database config.Database) (*Store, error) {
	settings, err := pgxpool.ParseConfig(database.URL)
	if err != nil {
		return nil, err
	}
	settings.MaxConns = database.MaxConnections
	settings.ShouldPing = shouldPing
	connection := settings.ConnConfig
	connection.ConnectTimeout = connectTimeout
	if _, named := connection.RuntimeParams["application_name"]; !named {
		connection.RuntimeParams["application_name"] = database.Application
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), settings)
	if err != nil {
		return nil, err
	}
	return &Store{pool: pool}, nil
}

// proven marks a context whose connection must be known to live: a bulk request
// without a database fails as a whole, so it cannot find out by its first event.
type proven struct{}

const trustedIdle = time.Second

// shouldPing spends a round trip on a connection where it is asked for, or where
// the connection was idle for long.
func shouldPing(ctx context.Context, connection pgxpool.ShouldPingParams) bool {
	return connection.IdleDuration > trustedIdle || ctx.Value(proven{}) != nil
}

// Close waits for the connections in use and closes all.
func (s *Store) Close() { s.pool.Close() }

// Upsert writes the entities of one event in one statement, which is its own
// transaction, and returns after the commit. No (type, id) may occur twice.
// ctx bounds the wait for a connection only: what was sent to the database is
// seen through, since giving up would cost the pool the connection.
func (s *Store) Upsert(ctx context.Context, entities []event.Entity) *fault.Fault {
	conn, refused := s.acquire(ctx, acquireTimeout)
	if refused != nil {
		return refused
	}
	defer conn.Release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), eventTimeout)
	defer cancel()

	for attempt := 0; ; attempt++ {
		err := upsert(ctx, conn.Conn(), entities)
		if err == nil {
			return nil
		}
		if attempt == maxRetries || !retryable(err) {
			return toFault(err)
		}
	}
}

func upsert(ctx context.Context, conn *pgx.Conn, entities []event.Entity) error {
	statement, err := conn.Prepare(ctx, upsertName, postgres.Upsert)
	if err != nil {
		return err
	}
	_, err = conn.PgConn().ExecStatement(ctx, statement, encode(entities), binaryFormat, nil).Close()
	return err
}

// Ready asks the database for its table, and gives the fault `unavailable` with
// the reason when it does not answer in time.
func (s *Store) Ready(ctx context.Context) *fault.Fault {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	conn, refused := s.acquire(ctx, readyTimeout)
	if refused != nil {
		return refused
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, postgres.Ready); err != nil {
		return notReady(err)
	}
	return nil
}

func (s *Store) acquire(ctx context.Context, timeout time.Duration) (*pgxpool.Conn, *fault.Fault) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, noConnection(err)
	}
	return conn, nil
}

// All three parameters go as binary arrays.
var binaryFormat = []int16{pgtype.BinaryFormatCode, pgtype.BinaryFormatCode, pgtype.BinaryFormatCode}

// encode makes the parameters of the statement: types, ids and attributes.
func encode(entities []event.Entity) [][]byte {
	return [][]byte{
		textArray(entities, func(entity *event.Entity) string { return entity.Type }),
		textArray(entities, func(entity *event.Entity) string { return entity.ID }),
		textArray(entities, func(entity *event.Entity) string { return entity.Attributes }),
	}
}

// textArray writes a text[] in PostgreSQL's binary form. pgtype can do it too, by
// way of a slice of strings and with an error that cannot happen.
func textArray(entities []event.Entity, column func(*event.Entity) string) []byte {
	const dimensions, nulls, lowerBound = 1, 0, 1
	size := 20
	for at := range entities {
		size += 4 + len(column(&entities[at]))
	}
	array := make([]byte, 0, size)
	for _, header := range [...]uint32{dimensions, nulls, pgtype.TextOID, uint32(len(entities)), lowerBound} {
		array = binary.BigEndian.AppendUint32(array, header)
	}
	for at := range entities {
		text := column(&entities[at])
		array = binary.BigEndian.AppendUint32(array, uint32(len(text)))
		array = append(array, text...)
	}
	return array
}
