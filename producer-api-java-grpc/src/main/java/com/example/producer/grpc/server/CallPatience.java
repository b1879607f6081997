package com.example.producer.grpc.server;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** Ends a call whose message does not arrive in time, so that a slow caller holds nothing for ever. */
final class CallPatience implements ServerInterceptor {
    private final Duration patience;
    private final Scheduler clock;

    CallPatience(Duration patience, Scheduler clock) {
        this.patience = patience;
        this.clock = clock;
    }

    @Override
    public <Q, P> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
        ServerCall.Listener<Q> listener = next.startCall(call, headers);
        if (call.getMethodDescriptor().getType() != MethodType.UNARY) {
            return listener;
        }
        // Whoever turns it decides: until the message is there, nothing else touches the call.
        AtomicBoolean decided = new AtomicBoolean();
        Disposable deadline = clock.schedule(
                () -> {
                    if (decided.compareAndSet(false, true)) {
                        call.close(
                                Status.DEADLINE_EXCEEDED.withDescription("the message did not arrive in time"),
                                new Metadata());
                    }
                },
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onHalfClose() {
                if (decided.compareAndSet(false, true)) {
                    deadline.dispose();
                    super.onHalfClose();
                }
            }

            @Override
            public void onCancel() {
                deadline.dispose();
                super.onCancel();
            }
        };
    }
}
