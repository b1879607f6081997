package com.example.producer.grpc.server;

import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultKind;
import com.example.producer.fault.FaultLog;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;

/**
 * Whatever a call throws is logged and answered here. {@link StrictMessages} sees to it that bytes which are no message
 * are among it.
 */
final class FaultHandler implements GrpcExceptionHandler {
    @Override
    public StatusException handleException(Throwable failure) {
        Fault fault = isUnreadable(failure)
                ? Fault.of(FaultKind.INTERNAL, "the bytes are no such message, or nested too deep")
                : Fault.from(failure);
        return answer(fault, "grpc");
    }

    /** Logs the fault and gives its status. */
    static StatusException answer(Fault fault, String method) {
        FaultLog.record(fault, method, 1);
        return FaultStatus.of(fault);
    }

    /** What the message's own reader throws. */
    private static boolean isUnreadable(Throwable failure) {
        return failure instanceof StatusRuntimeException status
                && status.getStatus().getCode() == Status.Code.INTERNAL;
    }
}
