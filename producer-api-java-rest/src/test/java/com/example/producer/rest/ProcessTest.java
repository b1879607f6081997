package com.example.producer.rest;

import static com.example.producer.rest.RestClient.EVENTS;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.producer.fixture.ServiceProcess;
import com.example.producer.fixture.TestDatabase;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Starts and ends. */
class ProcessTest {
    private static final String NOBODYS_DATABASE = "postgresql://u:s3cret@127.0.0.1:1/d";

    @ParameterizedTest
    @CsvSource({
        "SERVER_PORT, abc, '\"abc\" is not a port (1 to 65535)'",
        "SERVER_PORT, 0, '\"0\" is not a port (1 to 65535)'",
        "DATABASE_URL, postgresql://u:s3cret@h:port/d, is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
    })
    void aBadVariableStopsTheStartWithOneLine(String variable, String value, String complaint) {
        try (ServiceProcess service = ServiceProcess.launch(ProducerApiJavaRest.class, Map.of(variable, value))) {
            assertThat(service.exitCode()).isEqualTo(2);
            assertThat(service.log()).containsExactly("producer-api-java-rest: " + variable + ": " + complaint);
            assertThat(service.output()).isEmpty();
        }
    }

    @Test
    void startsWithoutItsDatabaseAndSaysWhyItIsNotReady() throws Exception {
        int port = ServiceProcess.freePort();
        Map<String, String> variables = Map.of("SERVER_PORT", String.valueOf(port), "DATABASE_URL", NOBODYS_DATABASE);
        try (ServiceProcess service = ServiceProcess.launch(ProducerApiJavaRest.class, variables)) {
            service.awaitStarted();
            RestClient client = new RestClient(port);
            assertThat(client.call("GET", EVENTS + "/health").body())
                    .contains("\"fault\":\"unavailable\"", "the database is out of reach")
                    .doesNotContain("s3cret", "127.0.0.1");
            assertThat(client.post(EVENTS, RestServiceTest.event("1", "{}")).statusCode())
                    .isEqualTo(503);
            assertThat(client.post(EVENTS + "/bulk", "[" + RestServiceTest.event("1", "{}") + "]")
                            .statusCode())
                    .isEqualTo(503);
            service.terminate();
            assertThat(service.exitCode()).isZero();
            assertThat(service.log()).noneMatch(line -> line.contains("s3cret"));
            assertThat(service.output()).isEmpty();
        }
    }

    @Test
    void aPortInUseStopsTheStartWithOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServiceProcess service = ServiceProcess.launch(
                        ProducerApiJavaRest.class, Map.of("SERVER_PORT", String.valueOf(taken.getLocalPort())))) {
            assertThat(service.exitCode()).isEqualTo(1);
            assertThat(service.log()).hasSize(1);
            assertThat(service.log().get(0))
                    .startsWith("producer-api-java-rest: cannot listen (SERVER_ADDRESS, SERVER_PORT): ");
        }
    }

    @Test
    void springsOwnVariablesWin() throws Exception {
        int port = ServiceProcess.freePort();
        try (TestDatabase database = TestDatabase.create()) {
            String url = database.url();
            String user = url.substring(url.indexOf("//") + 2, url.indexOf('@'));
            Map<String, String> variables = Map.of(
                    "SERVER_PORT", String.valueOf(port),
                    "DATABASE_URL", NOBODYS_DATABASE,
                    "SPRING_R2DBC_URL", "r2dbc:postgresql://" + url.substring(url.indexOf('@') + 1),
                    "SPRING_R2DBC_USERNAME", user.substring(0, user.indexOf(':')),
                    "SPRING_R2DBC_PASSWORD", user.substring(user.indexOf(':') + 1));
            try (ServiceProcess service = ServiceProcess.launch(ProducerApiJavaRest.class, variables)) {
                service.awaitStarted();
                RestClient client = new RestClient(port);
                client.awaitHealthy();
                assertThat(client.post(EVENTS, RestServiceTest.event("1", "{}")).statusCode())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void onSigtermFinishesWhatIsInFlight() throws Exception {
        int port = ServiceProcess.freePort();
        try (TestDatabase database = TestDatabase.create();
                ServiceProcess service = ServiceProcess.launch(
                        ProducerApiJavaRest.class,
                        Map.of("SERVER_PORT", String.valueOf(port), "DATABASE_URL", database.url()))) {
            service.awaitStarted();
            RestClient client = new RestClient(port);
            client.post(EVENTS, RestServiceTest.event("before", "{}"));
            String event = RestServiceTest.event("in-flight", "{}");
            String head =
                    "POST " + EVENTS + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                            + event.length() + "\r\n\r\n";
            try (Socket socket = client.open(head + event.substring(0, 20))) {
                // Answered on the same connection loop after the half request was read.
                client.call("GET", EVENTS + "/health");
                service.terminate();
                ServiceProcess.awaitClosed(port);
                socket.getOutputStream().write(event.substring(20).getBytes(StandardCharsets.UTF_8));
                assertThat(RestClient.readAll(socket)).contains("200 OK");
            }
            assertThat(service.exitCode()).isZero();
            assertThat(database.data("Loan", "in-flight")).isEqualTo("{}");
            assertThat(service.log().get(service.log().size() - 1)).endsWith("stopped");
        }
    }
}
