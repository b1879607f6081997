package config_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"producer-core/config"
)

var service = config.Service{Name: "producer-api-test", PortVariable: "SERVER_PORT", DefaultPort: 9083}

func from(variables map[string]string) config.Lookup {
	return func(name string) (string, bool) {
		value, found := variables[name]
		return value, found
	}
}

func TestDefaults(t *testing.T) {
	settings, err := config.Load(service, from(map[string]string{"LOG_LEVEL": "", "DATABASE_URL": ""}))
	if err != nil {
		t.Fatal(err)
	}
	if settings.Listen.String() != "127.0.0.1:9083" || settings.LogLevel != slog.LevelInfo ||
		settings.Database.MaxConnections != 10 ||
		settings.Database.URL != "postgresql://postgres:password@localhost:5432/car_entities" {
		t.Errorf("%+v", settings)
	}
}

func TestEveryVariableIsRead(t *testing.T) {
	settings, err := config.Load(service, from(map[string]string{
		"SERVER_PORT":              "65535",
		"SERVER_ADDRESS":           "::",
		"DATABASE_URL":             "postgres://u:p@db:1/x",
		"DATABASE_MAX_CONNECTIONS": "1000",
		"LOG_LEVEL":                "trace",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if settings.Listen.String() != "[::]:65535" || settings.Database.MaxConnections != 1000 ||
		settings.Database.URL != "postgres://u:p@db:1/x" || settings.LogLevel != config.LevelTrace {
		t.Errorf("%+v", settings)
	}
}

func TestABadValueIsNamedOnOneLine(t *testing.T) {
	tests := []struct{ variable, value, complaint string }{
		{"SERVER_PORT", "abc", `SERVER_PORT: "abc" is not a port (1 to 65535)`},
		{"SERVER_PORT", " ", `SERVER_PORT: " " is not a port (1 to 65535)`},
		{"SERVER_PORT", "0", `SERVER_PORT: "0" is not a port (1 to 65535)`},
		{"SERVER_PORT", "65536", `SERVER_PORT: "65536" is not a port (1 to 65535)`},
		{"SERVER_ADDRESS", "everywhere", `SERVER_ADDRESS: "everywhere" is not an IP address`},
		{"DATABASE_MAX_CONNECTIONS", "0", `DATABASE_MAX_CONNECTIONS: "0" is not a whole number from 1 to 1000`},
		{"DATABASE_MAX_CONNECTIONS", "1001", `DATABASE_MAX_CONNECTIONS: "1001" is not a whole number from 1 to 1000`},
		{"DATABASE_MAX_CONNECTIONS", "-1", `DATABASE_MAX_CONNECTIONS: "-1" is not a whole number from 1 to 1000`},
		{"LOG_LEVEL", "loud", `LOG_LEVEL: "loud" is none of error, warn, info, debug, trace`},
		{"DATABASE_URL", "mysql://u:secret@h/d", "DATABASE_URL: is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE"},
		{"DATABASE_URL", "postgresql://u:secret@h:port/d", "DATABASE_URL: is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE"},
		{"DATABASE_URL", "postgresql:///d", "DATABASE_URL: names no host"},
	}
	for _, test := range tests {
		_, err := config.Load(service, from(map[string]string{test.variable: test.value}))
		if err == nil || err.Error() != test.complaint {
			t.Errorf("%s=%q: %v", test.variable, test.value, err)
		}
	}
}

func TestNothingPrintsThePassword(t *testing.T) {
	settings, err := config.Load(service, from(map[string]string{
		"DATABASE_URL": "postgresql://producer:secret@db:5433/cars?sslpassword=secret",
	}))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("started", "settings", settings)
	printed := log.String() + fmt.Sprintf("%v %+v %s", settings, settings.Database, settings.Database)
	if strings.Contains(printed, "secret") {
		t.Error(printed)
	}
	for _, shown := range []string{"db:5433", "cars", "user=producer", "max_connections=10"} {
		if !strings.Contains(log.String(), shown) {
			t.Errorf("%s is not in %s", shown, log.String())
		}
	}
}
