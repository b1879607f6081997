package com.example.producer.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.grpc.EventServiceGrpc;
import com.example.grpc.HealthRequest;
import com.example.grpc.HealthResponse;
import com.example.producer.fixture.ServiceProcess;
import com.example.producer.fixture.TestDatabase;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The service as a process, and what only bytes can show. */
class GrpcServiceTest {
    private static final int MEBIBYTE = 1 << 20;

    private static TestDatabase database;
    private static ServiceProcess service;
    private static int port;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
        port = ServiceProcess.freePort();
        service = ServiceProcess.launch(
                ProducerApiJavaGrpc.class,
                Map.of("GRPC_SERVER_PORT", String.valueOf(port), "DATABASE_URL", database.url()));
        service.awaitStarted();
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        service.close();
        database.close();
    }

    /** Sends bytes to ProcessEvent, whatever they are. */
    private static void send(byte[] message) {
        MethodDescriptor<byte[], byte[]> method = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(EventServiceGrpc.getProcessEventMethod().getFullMethodName())
                .build();
        ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, message);
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    private static void assertRefused(byte[] message, Code code) {
        assertThatThrownBy(() -> send(message))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(code));
        assertThat(service.log()).noneMatch(line -> line.startsWith("\tat "));
    }

    /** A field of that number with these bytes in it. */
    private static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream field = new ByteArrayOutputStream();
        field.write((number << 3) | 2);
        int length = content.length;
        while (length > 0x7F) {
            field.write((length & 0x7F) | 0x80);
            length >>>= 7;
        }
        field.write(length);
        field.writeBytes(content);
        return field.toByteArray();
    }

    @Test
    void bytesThatAreNoMessageAreInternal() {
        assertRefused(new byte[] {0x0A, 0x05}, Code.INTERNAL);
        byte[] invalidUtf8 = field(1, field(2, new byte[] {(byte) 0xFF}));
        assertRefused(invalidUtf8, Code.INTERNAL);
    }

    @Test
    void soIsAStructNestedTwoHundredDeep() {
        byte[] value = {};
        for (int level = 0; level < 200; level++) {
            value = field(5, field(1, field(2, value)));
        }
        assertRefused(field(2, field(1, field(3, field(1, field(2, value))))), Code.INTERNAL);
        assertRefused(new byte[0], Code.INVALID_ARGUMENT);
    }

    @Test
    void aMessageOverOneMebibyteIsRefused() {
        byte[] padding = field(15, new byte[MEBIBYTE - 4]);
        assertThat(padding).hasSize(MEBIBYTE);
        assertRefused(padding, Code.INVALID_ARGUMENT);
        assertRefused(field(15, new byte[MEBIBYTE - 3]), Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void reflectionListsTheServices() throws Exception {
        CompletableFuture<List<String>> names = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> asked = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse reply) {
                        names.complete(reply.getListServicesResponse().getServiceList().stream()
                                .map(ServiceResponse::getName)
                                .toList());
                    }

                    @Override
                    public void onError(Throwable failure) {
                        names.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        asked.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(names.get()).contains("com.example.grpc.EventService", "grpc.health.v1.Health");
        asked.onCompleted();
    }

    @Test
    void aBadPortStopsTheStartWithOneLine() {
        try (ServiceProcess other =
                ServiceProcess.launch(ProducerApiJavaGrpc.class, Map.of("GRPC_SERVER_PORT", "70000"))) {
            assertThat(other.exitCode()).isEqualTo(2);
            assertThat(other.log())
                    .containsExactly("producer-api-java-grpc: GRPC_SERVER_PORT: \"70000\" is not a port (1 to 65535)");
        }
    }

    @Test
    void aPortInUseStopsTheStartWithOneLine() {
        try (ServiceProcess other =
                ServiceProcess.launch(ProducerApiJavaGrpc.class, Map.of("GRPC_SERVER_PORT", String.valueOf(port)))) {
            assertThat(other.exitCode()).isEqualTo(1);
            assertThat(other.log()).hasSize(1);
            assertThat(other.log().get(0))
                    .startsWith("producer-api-java-grpc: cannot listen (SERVER_ADDRESS, GRPC_SERVER_PORT): ");
        }
    }

    @Test
    void sigtermEndsItInOrderThoughACallerStaysConnected() {
        int otherPort = ServiceProcess.freePort();
        try (ServiceProcess other = ServiceProcess.launch(
                ProducerApiJavaGrpc.class,
                Map.of("GRPC_SERVER_PORT", String.valueOf(otherPort), "DATABASE_URL", database.url()))) {
            other.awaitStarted();
            ManagedChannel idle = ManagedChannelBuilder.forAddress("127.0.0.1", otherPort)
                    .usePlaintext()
                    .build();
            // Whatever the answer: the caller is connected after it.
            HealthResponse reply =
                    EventServiceGrpc.newBlockingStub(idle).healthCheck(HealthRequest.getDefaultInstance());
            assertThat(reply.getMessage()).isNotEmpty();
            other.terminate();
            assertThat(other.exitCode()).isZero();
            assertThat(other.log().get(other.log().size() - 1)).endsWith("stopped");
            assertThat(other.output()).isEmpty();
            idle.shutdownNow();
        }
    }
}
