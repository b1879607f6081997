package com.example.producer.grpc.server;

import com.example.producer.fault.Fault;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/** From Reactor's signals to gRPC's. */
final class Replies {
    private Replies() {}

    /** Sends what the publisher gives, or its fault as a status; a caller who leaves cancels it. */
    static <T> void send(Publisher<T> replies, StreamObserver<T> caller, String method) {
        Disposable.Swap running = Disposables.swap();
        if (caller instanceof ServerCallStreamObserver<T> call) {
            call.setOnCancelHandler(running::dispose);
        }
        running.update(Flux.from(replies)
                .subscribe(
                        caller::onNext,
                        failure -> caller.onError(FaultHandler.answer(Fault.from(failure), method)),
                        caller::onCompleted));
    }
}
