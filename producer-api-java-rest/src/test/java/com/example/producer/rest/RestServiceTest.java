package com.example.producer.rest;

import static com.example.producer.rest.RestClient.EVENTS;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.producer.fixture.ServiceProcess;
import com.example.producer.fixture.TestDatabase;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RestServiceTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MEBIBYTE = 1 << 20;

    private static TestDatabase database;
    private static ServiceProcess service;
    private static RestClient client;

    @BeforeAll
    static void start() throws Exception {
        database = TestDatabase.create();
        int port = ServiceProcess.freePort();
        service = ServiceProcess.launch(
                ProducerApiJavaRest.class, Map.of("SERVER_PORT", String.valueOf(port), "DATABASE_URL", database.url()));
        service.awaitStarted();
        client = new RestClient(port);
        client.awaitHealthy();
    }

    @AfterAll
    static void stop() {
        service.close();
        database.close();
    }

    @BeforeEach
    void empty() {
        database.execute("truncate car_entities");
    }

    static String event(String id, String attributes) {
        return "{\"eventHeader\":{\"eventName\":\"LoanCreated\"},\"eventBody\":{\"entities\":[{\"entityType\":\"Loan\","
                + "\"entityId\":\"" + id + "\",\"updatedAttributes\":" + attributes + "}]}}";
    }

    private static void assertProblem(HttpResponse<String> reply, int status, String fault) {
        assertThat(reply.statusCode()).isEqualTo(status);
        assertThat(reply.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = JSON.readTree(reply.body());
        assertThat(problem.get("fault").asString()).isEqualTo(fault);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("type").asString()).isEqualTo("about:blank");
        assertThat(problem.get("detail").asString()).isNotBlank();
    }

    @Test
    void answersAfterTheEventIsStored() throws Exception {
        HttpResponse<String> reply =
                client.post(EVENTS, event("loan-1", "{\"balance\":24439.75,\"e\":1e3,\"n\":null}"));
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(reply.body()).isEqualTo("{\"success\":true,\"message\":\"Event processed successfully\"}");
        assertThat(database.texts("select data = '{\"balance\":24439.75,\"e\":1000,\"n\":null}' from car_entities"))
                .containsExactly("true");
    }

    @Test
    void namesEveryBrokenField() throws Exception {
        HttpResponse<String> reply = client.post(EVENTS, event("", "null"));
        assertProblem(reply, 400, "invalid_event");
        assertThat(JSON.readTree(reply.body()).get("errors").findValuesAsString("field"))
                .containsExactlyInAnyOrder("eventBody.entities[0].entityId", "eventBody.entities[0].updatedAttributes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"eventHeader\":1}"})
    void refusesWhatIsNoEvent(String body) throws Exception {
        HttpResponse<String> reply = client.post(EVENTS, body);
        assertProblem(reply, 400, "malformed");
        assertThat(JSON.readTree(reply.body()).has("errors")).isFalse();
    }

    @Test
    void refusesAHundredThousandLevelsWithoutAStackTrace() throws Exception {
        assertProblem(client.post(EVENTS, "{\"a\":".repeat(100_000)), 400, "malformed");
        assertProblem(client.post(EVENTS, "[".repeat(100_000)), 400, "malformed");
        assertThat(service.log()).noneMatch(line -> line.contains("\tat "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/jsonx", "application", ";", "application/json2; charset=utf-8"})
    void refusesOtherMedia(String contentType) throws Exception {
        assertProblem(
                client.post(EVENTS, BodyPublishers.ofString(event("1", "{}")), contentType), 415, "unsupported_media");
    }

    @ParameterizedTest
    @ValueSource(strings = {"APPLICATION/JSON", "application/json;charset=latin1", "application/json ; x=\"y"})
    void takesJsonWithAnyParameters(String contentType) throws Exception {
        assertThat(client.post(EVENTS, BodyPublishers.ofString(event("1", "{}")), contentType)
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/v1/events/",
                "/API/v1/events",
                "/api/v1/event%73",
                "/api/v1/events;a=b",
                "//api/v1/events",
                "/api/v1/events/health/",
                "/favicon.ico"
            })
    void pathsAreExact(String path) throws Exception {
        assertProblem(client.post(path, event("1", "{}")), 404, "not_found");
        assertProblem(client.call("GET", path), 404, "not_found");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, '', POST",
        "PUT, '', POST",
        "DELETE, /bulk, POST",
        "OPTIONS, '', POST",
        "PATCH, /health, GET",
        "POST, /health, GET",
        "BREW, /bulk, POST"
    })
    void otherMethodsAreRefusedWithTheRightOne(String method, String path, String allowed) throws Exception {
        HttpResponse<String> reply = client.call(method, EVENTS + path);
        assertProblem(reply, 405, "method_not_allowed");
        assertThat(reply.headers().firstValue("Allow")).contains(allowed);
    }

    @Test
    void aQueryIsIgnored() throws Exception {
        assertThat(client.post(EVENTS + "?a=b", event("1", "{}")).statusCode()).isEqualTo(200);
    }

    @Test
    void takesOneMebibyteAndNotAByteMore() throws Exception {
        String largest = event("1", "{}");
        largest += " ".repeat(MEBIBYTE - largest.length());
        assertThat(client.post(EVENTS, largest).statusCode()).isEqualTo(200);
        assertProblem(client.post(EVENTS, largest + " "), 413, "too_large");
        byte[] tooLarge = (largest + " ").getBytes(StandardCharsets.UTF_8);
        assertProblem(
                client.post(
                        EVENTS,
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLarge)),
                        "application/json"),
                413,
                "too_large");
    }

    @Test
    void aClientThatReadsLastMeetsTheReply() throws Exception {
        byte[] block = " ".repeat(MEBIBYTE).getBytes(StandardCharsets.UTF_8);
        String length = "Host: x\r\nConnection: close\r\nContent-Length: " + 64 * MEBIBYTE + "\r\n";
        String json = "Content-Type: application/json\r\n";
        assertThat(client.raw("POST " + EVENTS + " HTTP/1.1\r\n" + length + json + "\r\n", block, 64))
                .contains("413 ", "too_large");
        assertThat(client.raw("POST " + EVENTS + " HTTP/1.1\r\n" + length + "\r\n", block, 64))
                .contains("415 ", "unsupported_media");
        assertThat(client.raw("PUT /x HTTP/1.1\r\n" + length + "\r\n", block, 64))
                .contains("404 ", "not_found");
    }

    @Test
    void aRefusedBodyIsNotTheNextRequest() throws Exception {
        String refused = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
        String health = "GET " + EVENTS + "/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        try (Socket socket = client.open(refused + health)) {
            assertThat(RestClient.readAll(socket)).contains("HTTP/1.1 404", "HTTP/1.1 200", "healthy");
        }
    }

    @Test
    void aBodyThatEndsEarlyIsForgotten() throws Exception {
        try (Socket socket = client.open("POST " + EVENTS + " HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
                + "Content-Type: application/json\r\n\r\n{\"eventHeader\":")) {
            socket.shutdownOutput();
            assertThat(RestClient.readAll(socket)).doesNotContain("200");
        }
        assertThat(client.call("GET", EVENTS + "/health").statusCode()).isEqualTo(200);
    }

    @Test
    void bulkStoresInOrderAndReportsEachFailure() throws Exception {
        HttpResponse<String> reply = client.post(
                EVENTS + "/bulk",
                "[" + event("1", "{\"n\":1}") + ",7," + event("", "{}") + "," + event("1", "{\"n\":2}") + "]");
        assertThat(reply.statusCode()).isEqualTo(200);
        JsonNode json = JSON.readTree(reply.body());
        assertThat(json.get("success").asBoolean()).isFalse();
        assertThat(json.get("processedCount").asInt()).isEqualTo(2);
        assertThat(json.get("failedCount").asInt()).isEqualTo(2);
        assertThat(json.get("batchId").asString()).hasSize(36);
        assertThat(json.get("processingTimeMs").isNumber()).isTrue();
        assertThat(json.get("errors").findValuesAsString("fault")).containsExactly("malformed", "invalid_event");
        assertThat(json.get("errors").findValuesAsString("index")).containsExactly("1", "2");
        assertThat(database.data("Loan", "1")).isEqualTo("{\"n\": 2}");
    }

    @Test
    void bulkTakesOneToAThousandEvents() throws Exception {
        String thousand =
                IntStream.range(0, 1000).mapToObj(i -> event("e" + i, "{}")).collect(Collectors.joining(","));
        JsonNode all = JSON.readTree(
                client.post(EVENTS + "/bulk", "[" + thousand + "]").body());
        assertThat(all.get("success").asBoolean()).isTrue();
        assertThat(all.get("errors").size()).isZero();
        assertThat(database.texts("select count(*) from car_entities")).containsExactly("1000");
        assertProblem(client.post(EVENTS + "/bulk", "[" + thousand + ",1]"), 400, "invalid_event");
        assertProblem(client.post(EVENTS + "/bulk", "[]"), 400, "invalid_event");
        assertProblem(client.post(EVENTS + "/bulk", "{}"), 400, "malformed");
    }

    @Test
    void bulkTakesSixteenMebibytes() throws Exception {
        String large = "[" + event("1", "{\"a\":\"" + "x".repeat(2 * MEBIBYTE) + "\"}");
        String most = large + " ".repeat(16 * MEBIBYTE - large.length() - 1) + "]";
        assertThat(client.post(EVENTS + "/bulk", most).body()).contains("\"success\":true");
        assertProblem(client.post(EVENTS + "/bulk", most + " "), 413, "too_large");
    }

    @Test
    void healthFollowsTheTable() throws Exception {
        HttpResponse<String> healthy = client.call("GET", EVENTS + "/health");
        assertThat(healthy.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(healthy.body()).get("status").asString()).isEqualTo("healthy");
        database.execute("alter table car_entities rename to elsewhere");
        try {
            HttpResponse<String> reply = client.call("GET", EVENTS + "/health");
            assertProblem(reply, 503, "unavailable");
            assertThat(reply.headers().firstValue("Retry-After")).contains("1");
            assertThat(reply.body()).contains("the table car_entities is missing");
            assertProblem(client.post(EVENTS, event("1", "{}")), 503, "unavailable");
            assertThat(client.post(EVENTS + "/bulk", "[" + event("1", "{}") + "]")
                            .body())
                    .contains("\"failedCount\":1", "\"fault\":\"unavailable\"");
        } finally {
            database.execute("alter table elsewhere rename to car_entities");
        }
        assertThat(client.call("GET", EVENTS + "/health").statusCode()).isEqualTo(200);
    }

    @Test
    void logsNothingPerStoredEventAndOneLinePerFault() throws Exception {
        int before = service.log().size();
        client.post(EVENTS, event("1", "{}"));
        client.call("GET", EVENTS + "/health");
        assertThat(service.log()).hasSize(before);
        client.post(EVENTS, event("\\n\\r2024", "{\"a\":1e999}"));
        client.post("/x%0a%0dy", "{}");
        assertThat(service.log()).hasSize(before + 2);
    }
}
