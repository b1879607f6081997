package com.example.producer.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Calls whose messages arrive, do not arrive, or are refused on the way. */
class CallPatienceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final List<String> arrived = new ArrayList<>();

    @AfterEach
    void stop() {
        clock.dispose();
    }

    /** A call that notes how it was closed; the library's own throws at the second time. */
    private static final class NotedCall extends ServerCall<String, String> {
        private final MethodType type;
        private final List<Code> closed = new ArrayList<>();

        NotedCall(MethodType type) {
            this.type = type;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closed.add(status.getCode());
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(String message) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<String, String> getMethodDescriptor() {
            return MethodDescriptor.<String, String>newBuilder()
                    .setType(type)
                    .setFullMethodName("service/method")
                    .setRequestMarshaller(new NoMarshaller())
                    .setResponseMarshaller(new NoMarshaller())
                    .build();
        }
    }

    private static final class NoMarshaller implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(new byte[0]);
        }

        @Override
        public String parse(InputStream stream) {
            return "";
        }
    }

    /** What a handler sees of a call, and the listener that the transport speaks to. */
    private record Started(ServerCall<String, String> seen, ServerCall.Listener<String> listener) {}

    private Started start(NotedCall call) {
        List<ServerCall<String, String>> seen = new ArrayList<>();
        ServerCall.Listener<String> listener = new CallPatience(PATIENCE, clock)
                .interceptCall(call, new Metadata(), (handled, headers) -> {
                    seen.add(handled);
                    return new ServerCall.Listener<>() {
                        @Override
                        public void onHalfClose() {
                            arrived.add("message");
                        }
                    };
                });
        return new Started(seen.get(0), listener);
    }

    @Test
    void aMessageThatDoesNotArriveEndsTheCallOnce() {
        NotedCall call = new NotedCall(MethodType.UNARY);
        Started started = start(call);
        clock.advanceTimeBy(PATIENCE.minusMillis(1));
        assertThat(call.closed).isEmpty();
        clock.advanceTimeBy(Duration.ofMillis(1));
        assertThat(call.closed).containsExactly(Code.DEADLINE_EXCEEDED);
        started.listener().onHalfClose();
        started.seen().close(Status.OK, new Metadata());
        assertThat(arrived).isEmpty();
        assertThat(call.closed).containsExactly(Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aMessageThatArrivesMayBeAnsweredAnyTime() {
        NotedCall call = new NotedCall(MethodType.UNARY);
        Started started = start(call);
        started.listener().onHalfClose();
        clock.advanceTimeBy(PATIENCE.multipliedBy(2));
        assertThat(arrived).containsExactly("message");
        assertThat(call.closed).isEmpty();
        started.seen().close(Status.OK, new Metadata());
        assertThat(call.closed).containsExactly(Code.OK);
    }

    @Test
    void aCallThatIsRefusedOnTheWayIsNotClosedAgain() {
        NotedCall call = new NotedCall(MethodType.UNARY);
        Started started = start(call);
        started.seen().close(Status.INTERNAL, new Metadata());
        clock.advanceTimeBy(PATIENCE.multipliedBy(2));
        assertThat(call.closed).containsExactly(Code.INTERNAL);
    }

    @Test
    void aCallThatWasCancelledIsLeftAlone() {
        NotedCall call = new NotedCall(MethodType.UNARY);
        start(call).listener().onCancel();
        clock.advanceTimeBy(PATIENCE.multipliedBy(2));
        assertThat(call.closed).isEmpty();
    }

    @Test
    void aStreamMayTakeItsTime() {
        NotedCall call = new NotedCall(MethodType.BIDI_STREAMING);
        start(call);
        clock.advanceTimeBy(PATIENCE.multipliedBy(2));
        assertThat(call.closed).isEmpty();
    }
}
