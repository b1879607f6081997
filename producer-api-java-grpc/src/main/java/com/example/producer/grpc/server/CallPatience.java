package com.example.producer.grpc.server;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.Disposable;
import reactor.core.Disposables;
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
        if (call.getMethodDescriptor().getType() != MethodType.UNARY) {
            return next.startCall(call, headers);
        }
        Watched<Q, P> watched = new Watched<>(call);
        ServerCall.Listener<Q> listener = next.startCall(watched, headers);
        watched.deadline.update(clock.schedule(watched::giveUp, patience.toMillis(), TimeUnit.MILLISECONDS));
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onHalfClose() {
                if (watched.isInTime()) {
                    super.onHalfClose();
                }
            }

            @Override
            public void onCancel() {
                watched.deadline.dispose();
                super.onCancel();
            }
        };
    }

    /** Whoever leaves {@code WAITING} first decides; a call may be closed only once. */
    private enum State {
        WAITING,
        DECIDED,
        LATE
    }

    private static final class Watched<Q, P> extends SimpleForwardingServerCall<Q, P> {
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final Disposable.Swap deadline = Disposables.swap();

        Watched(ServerCall<Q, P> call) {
            super(call);
        }

        boolean isInTime() {
            deadline.dispose();
            return state.compareAndSet(State.WAITING, State.DECIDED);
        }

        void giveUp() {
            if (state.compareAndSet(State.WAITING, State.LATE)) {
                super.close(
                        Status.DEADLINE_EXCEEDED.withDescription("the message did not arrive in time"), new Metadata());
            }
        }

        /** A call may be refused before its message is whole. */
        @Override
        public void close(Status status, Metadata trailers) {
            deadline.dispose();
            state.compareAndSet(State.WAITING, State.DECIDED);
            if (state.get() != State.LATE) {
                super.close(status, trailers);
            }
        }
    }
}
