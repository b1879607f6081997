package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Database is a fresh database with the project's schema and roles.
type Database struct {
	// URL connects as the role of the services.
	URL string
	// Owner connects as the one who may do everything.
	Owner *pgx.Conn
}

const producerPassword = "a-secret-of-the-test"

// shared is the cluster of this test process, started by the first test that
// asks for a database.
var shared *Cluster

// databases makes names unique within the process, the process id across them.
var databases atomic.Int64

// Main runs the tests of a package and removes the cluster that they shared. It
// is what TestMain passes to os.Exit.
func Main(m *testing.M) int {
	code := m.Run()
	if shared == nil {
		return code
	}
	if err := shared.Remove(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// NewDatabase makes a database on the shared server. It must not be called from
// parallel tests.
func NewDatabase(t testing.TB) Database {
	t.Helper()
	if address := os.Getenv("TEST_DATABASE_URL"); address != "" {
		return create(t, address)
	}
	if shared == nil {
		cluster, err := Start()
		if err != nil {
			t.Fatal(err)
		}
		shared = cluster
	}
	return shared.NewDatabase(t)
}

// NewDatabase makes a database on this cluster.
func (c *Cluster) NewDatabase(t testing.TB) Database {
	t.Helper()
	return create(t, c.url())
}

func (c *Cluster) url() string {
	return fmt.Sprintf("postgresql://postgres@127.0.0.1:%d/postgres", c.port)
}

func (c *Cluster) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url())
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

func create(t testing.TB, server string) Database {
	t.Helper()
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal("TEST_DATABASE_URL is no URL")
	}
	name := fmt.Sprintf("postgrestest_%d_%d", os.Getpid(), databases.Add(1))
	admin := Connect(t, server)
	Exec(t, admin, "create database "+name)
	// A server that outlives the tests shall not collect their databases.
	t.Cleanup(func() { _, _ = admin.Exec(context.Background(), "drop database if exists "+name+" with (force)") })

	address.Path = "/" + name
	owner := Connect(t, address.String())
	Exec(t, owner, read(t, "postgres/schema.sql"))
	applyRoles(t, owner)
	Exec(t, owner, "alter role producer password '"+producerPassword+"'")

	address.User = url.UserPassword("producer", producerPassword)
	return Database{URL: address.String(), Owner: owner}
}

// applyRoles applies roles.sql. Roles belong to the server and not to a database,
// so for the second database they are already there.
func applyRoles(t testing.TB, owner *pgx.Conn) {
	t.Helper()
	const duplicateObject = "42710"
	for statement := range strings.SplitSeq(read(t, "postgres/roles.sql"), ";\n") {
		_, err := owner.Exec(context.Background(), statement)
		var refusal *pgconn.PgError
		if err != nil && (!errors.As(err, &refusal) || refusal.Code != duplicateObject) {
			t.Fatalf("roles.sql: %v", err)
		}
	}
}

// Connect opens a connection that the end of the test closes.
func Connect(t testing.TB, address string) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	return conn
}

// Exec runs SQL that must succeed.
func Exec(t testing.TB, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// Data gives the stored attributes of one entity as PostgreSQL prints them, and
// fails the test when there is no such row.
func (d Database) Data(t testing.TB, entityType, id string) string {
	t.Helper()
	var data string
	err := d.Owner.QueryRow(context.Background(),
		"select data::text from car_entities where entity_type = $1 and id = $2", entityType, id).Scan(&data)
	if err != nil {
		t.Fatalf("row (%s, %s): %v", entityType, id, err)
	}
	return data
}

// Count gives the number of rows.
func (d Database) Count(t testing.TB) int {
	t.Helper()
	var count int
	if err := d.Owner.QueryRow(context.Background(), "select count(*) from car_entities").Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

// LockRows keeps others from updating the rows that are there; unlock lets them go on.
func (d Database) LockRows(t testing.TB) (unlock func()) {
	t.Helper()
	ctx := context.Background()
	transaction, err := Connect(t, d.Owner.Config().ConnString()).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transaction.Exec(ctx, "select from car_entities for update"); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := transaction.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// AwaitBlocked returns when so many sessions of the database wait for a lock.
func (d Database) AwaitBlocked(t testing.TB, sessions int) {
	t.Helper()
	const patience = time.Minute
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var waiting int
		err := d.Owner.QueryRow(context.Background(), "select count(*) from pg_stat_activity"+
			" where datname = current_database() and wait_event_type = 'Lock'").Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting >= sessions {
			return
		}
	}
	t.Fatalf("no %d sessions wait for a lock", sessions)
}

// inRepository gives the path of a file of the repository, looked for upwards
// from the folder of the test.
func inRepository(t testing.TB, file string) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; folder = filepath.Dir(folder) {
		path := filepath.Join(folder, filepath.FromSlash(file))
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if folder == filepath.Dir(folder) {
			t.Fatalf("%s is in none of the folders above", file)
		}
	}
}

func read(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(inRepository(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
