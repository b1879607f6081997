package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"producer-core/fault"
)

// padded is a valid event of exactly so many bytes.
func padded(bytes int) string {
	const empty = `{"p":""}`
	filling := bytes - len(loan("1", empty))
	return loan("1", `{"p":"`+strings.Repeat("x", filling)+`"}`)
}

// chunked hides the length, so that it is sent in chunks.
type chunked struct{ io.Reader }

func TestBodyLimits(t *testing.T) {
	to := start(t)
	const mebibyte = 1 << 20
	bulk := func(bytes int) string { return "[" + padded(bytes-2) + "]" }
	for _, hide := range []bool{false, true} {
		for _, test := range []struct {
			path, body string
			good       bool
		}{
			{events, padded(mebibyte), true},
			{events, padded(mebibyte + 1), false},
			{events + "/bulk", bulk(16 * mebibyte), true},
			{events + "/bulk", bulk(16*mebibyte + 1), false},
		} {
			got := send(t, to.request(t, http.MethodPost, test.path, reader(test.body, hide)))
			if !test.good {
				assertProblem(t, got, fault.TooLarge)
			} else if got.code != http.StatusOK {
				t.Errorf("%s, %d bytes: %s", test.path, len(test.body), got.text)
			}
		}
	}
}

func reader(body string, hide bool) io.Reader {
	if hide {
		return chunked{strings.NewReader(body)}
	}
	return strings.NewReader(body)
}

// A simple client writes everything before it reads; it must still be told.
func TestAClientThatReadsLastMeetsTheReply(t *testing.T) {
	to := start(t)
	const length, chunk = "Content-Length: 104857600\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n6400000\r\n"
	tests := []struct {
		head string
		code int
	}{
		{"POST " + events + " HTTP/1.1\r\nContent-Type: application/json\r\nHost: x\r\n" + length, http.StatusRequestEntityTooLarge},
		{"POST " + events + " HTTP/1.1\r\nContent-Type: application/json\r\nHost: x\r\n" + chunk, http.StatusRequestEntityTooLarge},
		{"POST " + events + " HTTP/1.1\r\nHost: x\r\n" + length, http.StatusUnsupportedMediaType},
		{"POST / HTTP/1.1\r\nHost: x\r\n" + chunk, http.StatusNotFound},
		{"PUT " + events + " HTTP/1.1\r\nHost: x\r\n" + length, http.StatusMethodNotAllowed},
	}
	for _, test := range tests {
		conn := dial(t, to)
		if _, err := fmt.Fprint(conn, test.head); err != nil {
			t.Fatal(err)
		}
		block := []byte(strings.Repeat(" ", 1<<20))
		for range 100 {
			if _, err := conn.Write(block); err != nil {
				t.Fatal(err)
			}
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != test.code || !response.Close {
			t.Error(test.head, response.Status, response.Close)
		}
	}
}

// Memory stays bounded whatever a body claims or sends.
func TestLargeBodiesAreNotKept(t *testing.T) {
	to := start(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := send(t, to.request(t, http.MethodPost, events, chunked{io.LimitReader(spaces{}, 100<<20)}))
	assertProblem(t, got, fault.TooLarge)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d bytes were allocated for a body that is refused", used)
	}
}

type spaces struct{}

func (spaces) Read(into []byte) (int, error) {
	for at := range into {
		into[at] = ' '
	}
	return len(into), nil
}

func dial(t *testing.T, to service) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", to.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestAHalfClosedConnectionIsTold(t *testing.T) {
	to := start(t)
	conn := dial(t, to)
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", events); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusBadRequest {
		t.Error(response.Status)
	}
	if _, err := conn.Read(make([]byte, 1<<16)); err != nil && !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
