package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"producer-core/fault"
)

// The SQLSTATEs that mean something here; their names are PostgreSQL's own.
const (
	undefinedTable       = "42P01"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"

	classConnection = "08"
	classResources  = "53"
	adminShutdown   = "57P01"
	crashShutdown   = "57P02"
	cannotConnect   = "57P03"
	readOnly        = "25006"
)

const (
	unreachable  = "the database is out of reach"
	missingTable = "the table car_entities is missing"
)

// retryable is true where the transaction was rolled back for the sake of another
// one, and may succeed when it is simply done again.
func retryable(err error) bool {
	state := sqlState(err)
	return state == serializationFailure || state == deadlockDetected
}

// toFault is the one place where what happened to a statement becomes a fault.
// An error without an SQLSTATE came from the connection, not from the database.
func toFault(err error) *fault.Fault {
	state := sqlState(err)
	switch state {
	case "", adminShutdown, crashShutdown, cannotConnect, readOnly:
		return fault.Caused(fault.Unavailable, unreachable, err)
	case undefinedTable:
		return fault.Caused(fault.Unavailable, missingTable, err)
	}
	if strings.HasPrefix(state, classConnection) || strings.HasPrefix(state, classResources) {
		return fault.Caused(fault.Unavailable, unreachable, err)
	}
	return fault.Caused(fault.Internal, "the event could not be stored", err)
}

// noConnection is for an acquire that failed: whatever the reason, there is no
// database for this request.
func noConnection(err error) *fault.Fault {
	if errors.Is(err, context.Canceled) {
		return fault.Caused(fault.Unavailable, "the caller left before a database connection came free", err)
	}
	var connecting *pgconn.ConnectError
	if errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &connecting) {
		return fault.Caused(fault.Unavailable, "no database connection came free in time", err)
	}
	return fault.Caused(fault.Unavailable, unreachable, err)
}

// notReady is for the readiness query, whose every failure means "not ready".
func notReady(err error) *fault.Fault {
	if sqlState(err) == undefinedTable {
		return fault.Caused(fault.Unavailable, missingTable, err)
	}
	if sqlState(err) != "" {
		return fault.Caused(fault.Unavailable, "the table car_entities cannot be read", err)
	}
	return fault.Caused(fault.Unavailable, unreachable, err)
}

func sqlState(err error) string {
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}
