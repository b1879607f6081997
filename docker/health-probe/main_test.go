package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// start serves until the test ends and gives the environment of a container with that service.
func start(t *testing.T, portVariable string, handler http.HandlerFunc) func(string) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(portVariable == "SERVER_PORT")
	server.Config.Protocols.SetUnencryptedHTTP2(portVariable == "GRPC_SERVER_PORT")
	server.Start()
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return environment(map[string]string{portVariable: port, "SERVER_ADDRESS": "0.0.0.0"})
}

func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestREST(t *testing.T) {
	for name, status := range map[string]int{"ready": http.StatusOK, "not ready": http.StatusServiceUnavailable} {
		t.Run(name, func(t *testing.T) {
			variables := start(t, "SERVER_PORT", func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != "/api/v1/events/health" {
					t.Errorf("%s %s is no health call", r.Method, r.URL.Path)
				}
				w.WriteHeader(status)
			})
			if err := run([]string{"rest"}, variables); (err == nil) != (status == http.StatusOK) {
				t.Errorf("status %d gives %v", status, err)
			}
		})
	}
}

// answer is a gRPC service that replies so to every health call.
func answer(t *testing.T, reply, status string) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != "\x00\x00\x00\x00\x00" || r.URL.Path != "/grpc.health.v1.Health/Check" {
			t.Errorf("%s with %q is no health call (%v)", r.URL.Path, body, err)
		}
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		if _, err := io.WriteString(w, reply); err != nil {
			t.Error(err)
		}
		w.Header().Set("Grpc-Status", status)
	}
}

func TestGRPC(t *testing.T) {
	cases := map[string]struct{ reply, status, complaint string }{
		"serving":            {"\x00\x00\x00\x00\x02\x08\x01", "0", ""},
		"not serving":        {"\x00\x00\x00\x00\x02\x08\x02", "0", "not SERVING"},
		"status unknown":     {"\x00\x00\x00\x00\x00", "0", "not SERVING"},
		"serving and a tail": {"\x00\x00\x00\x00\x02\x08\x01\x00", "0", "not SERVING"},
		"unimplemented":      {"", "12", `gRPC status "12"`},
		"cut short":          {"\x00\x00\x00\x00\x02\x08\x01", "", `gRPC status ""`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := run([]string{"grpc"}, start(t, "GRPC_SERVER_PORT", answer(t, c.reply, c.status)))
			if c.complaint == "" && err != nil {
				t.Errorf("a service that serves gives %v", err)
			}
			if c.complaint != "" && (err == nil || !strings.Contains(err.Error(), c.complaint)) {
				t.Errorf("%v does not say %q", err, c.complaint)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	for wire, variable := range map[string]string{"rest": "SERVER_PORT", "grpc": "GRPC_SERVER_PORT"} {
		if run([]string{wire}, environment(map[string]string{variable: port})) == nil {
			t.Errorf("%s: healthy without a service", wire)
		}
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for _, c := range []struct{ arguments, complaint string }{
		{"", "say rest or grpc"}, {"rest", "SERVER_PORT is not set"}, {"grpc", "GRPC_SERVER_PORT is not set"}, {"soap", `"soap"`},
	} {
		err := run(strings.Fields(c.arguments), environment(nil))
		if err == nil || !strings.Contains(err.Error(), c.complaint) {
			t.Errorf("%q gives %v", c.arguments, err)
		}
	}
}
