// Package config reads the variables that all services share, once, at the start.
// Nothing in it can print a secret.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Defaults of the contract, section 7. The service is on loopback unless it is
// told otherwise.
const (
	defaultAddress        = "127.0.0.1"
	defaultDatabaseURL    = "postgresql://postgres:password@localhost:5432/car_entities" //nolint:gosec // the published default is no secret
	defaultMaxConnections = 10
	maxMaxConnections     = 1000
)

// LevelTrace is below slog's own levels, so that LOG_LEVEL has the same five
// words in every language.
const LevelTrace = slog.LevelDebug - 4

// Service is what distinguishes one service from another before it reads anything.
type Service struct {
	// Name is that of its folder.
	Name         string
	PortVariable string
	DefaultPort  uint16
}

// Config is what a service needs to know.
type Config struct {
	Listen   netip.AddrPort
	Database Database
	LogLevel slog.Level
}

// Database is where the table is and how many connections may be open to it.
type Database struct {
	URL string
	// Application is the name that the server shows for the connections.
	Application    string
	MaxConnections int32
}

// Lookup finds a variable, as os.LookupEnv does.
type Lookup func(variable string) (value string, found bool)

// Load reads all variables; an empty one counts as absent. The error is one line
// that names the variable, what it holds (never for DATABASE_URL, which has a
// password) and what it may hold.
func Load(service Service, environment Lookup) (Config, error) {
	lookup := func(variable string) (string, bool) {
		value, found := environment(variable)
		return value, found && value != ""
	}
	number, portErr := readPort(service, lookup)
	address, addressErr := readAddress(lookup)
	database, databaseErr := readDatabase(service.Name, lookup)
	level, levelErr := readLevel(lookup)
	for _, err := range []error{portErr, addressErr, databaseErr, levelErr} {
		if err != nil {
			return Config{}, err
		}
	}
	return Config{
		Listen:   netip.AddrPortFrom(address, number),
		Database: database,
		LogLevel: level,
	}, nil
}

func readPort(service Service, lookup Lookup) (uint16, error) {
	value, found := lookup(service.PortVariable)
	if !found {
		return service.DefaultPort, nil
	}
	number, err := strconv.ParseUint(value, 10, 16)
	if err != nil || number == 0 {
		return 0, fmt.Errorf("%s: %q is not a port (1 to 65535)", service.PortVariable, value)
	}
	return uint16(number), nil
}

func readAddress(lookup Lookup) (netip.Addr, error) {
	value, found := lookup("SERVER_ADDRESS")
	if !found {
		value = defaultAddress
	}
	address, err := netip.ParseAddr(value)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("SERVER_ADDRESS: %q is not an IP address", value)
	}
	return address, nil
}

func readDatabase(application string, lookup Lookup) (Database, error) {
	database := Database{URL: defaultDatabaseURL, Application: application, MaxConnections: defaultMaxConnections}
	if value, found := lookup("DATABASE_URL"); found {
		database.URL = value
	}
	if problem := urlProblem(database.URL); problem != "" {
		return Database{}, errors.New("DATABASE_URL: " + problem)
	}
	value, found := lookup("DATABASE_MAX_CONNECTIONS")
	if !found {
		return database, nil
	}
	number, err := strconv.ParseUint(value, 10, 31)
	if err != nil || number < 1 || number > maxMaxConnections {
		return Database{}, fmt.Errorf("DATABASE_MAX_CONNECTIONS: %q is not a whole number from 1 to %d",
			value, maxMaxConnections)
	}
	database.MaxConnections = int32(number)
	return database, nil
}

// urlProblem says what is wrong without repeating any of the URL; empty for a good one.
func urlProblem(value string) string {
	const form = "is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
	if !strings.HasPrefix(value, "postgresql://") && !strings.HasPrefix(value, "postgres://") {
		return form
	}
	if _, err := pgx.ParseConfig(value); err != nil {
		return form
	}
	parsed, err := url.Parse(value)
	if err != nil {
		return form
	}
	if parsed.Host == "" && !parsed.Query().Has("host") {
		return "names no host"
	}
	return ""
}

func readLevel(lookup Lookup) (slog.Level, error) {
	value, found := lookup("LOG_LEVEL")
	if !found {
		return slog.LevelInfo, nil
	}
	switch strings.ToLower(value) {
	case "error":
		return slog.LevelError, nil
	case "warn":
		return slog.LevelWarn, nil
	case "info":
		return slog.LevelInfo, nil
	case "debug":
		return slog.LevelDebug, nil
	case "trace":
		return LevelTrace, nil
	}
	return 0, fmt.Errorf("LOG_LEVEL: %q is none of error, warn, info, debug, trace", value)
}

// LogValue shows the settings without secrets.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("listen", c.Listen.String()),
		slog.Any("database", c.Database),
		slog.String("log_level", c.LogLevel.String()),
	)
}

// LogValue shows where the database is, and neither the password nor the
// parameters of the URL, which may hold one too.
func (d Database) LogValue() slog.Value {
	connections := slog.Int64("max_connections", int64(d.MaxConnections))
	parsed, err := url.Parse(d.URL)
	if err != nil {
		return slog.GroupValue(connections)
	}
	return slog.GroupValue(
		slog.String("host", parsed.Host),
		slog.String("name", strings.TrimPrefix(parsed.Path, "/")),
		slog.String("user", parsed.User.Username()),
		connections,
	)
}

// String keeps the URL out of any text that is made of the value by accident.
func (d Database) String() string { return d.LogValue().String() }
