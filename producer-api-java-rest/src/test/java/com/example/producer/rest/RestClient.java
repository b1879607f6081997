package com.example.producer.rest;

import com.example.producer.fixture.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Calls a service, politely or byte by byte. */
final class RestClient {
    static final String EVENTS = "/api/v1/events";

    /** No read waits without end. */
    private static final int PATIENCE_MILLIS = 120_000;

    private final int port;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    RestClient(int port) {
        this.port = port;
    }

    /** Returns when the service is ready: one that has just begun may be late for the second that its database has. */
    void awaitHealthy() throws Exception {
        Eventually.holds(
                "the service is healthy", () -> call("GET", EVENTS + "/health").statusCode() == 200);
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return post(path, HttpRequest.BodyPublishers.ofString(json), "application/json");
    }

    HttpResponse<String> post(String path, HttpRequest.BodyPublisher body, String contentType)
            throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", contentType).POST(body).build());
    }

    HttpResponse<String> call(String method, String path) throws IOException, InterruptedException {
        return send(request(path)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());
    }

    /** Writes all of it on a new connection, and then reads until that ends. */
    String raw(String head, byte[] body, int times) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < times; i++) {
                socket.getOutputStream().write(body);
            }
            socket.shutdownOutput();
            return readAll(socket);
        }
    }

    /** A connection on which these bytes were sent. */
    Socket open(String bytes) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    static String readAll(Socket socket) throws IOException {
        try (InputStream reply = socket.getInputStream()) {
            return new String(reply.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
