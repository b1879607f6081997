package com.example.producer.fault;

/** Carries a fault through a pipeline. It has no stack trace: the fault's cause has the one that matters. */
public final class FaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Fault fault;

    FaultException(Fault fault) {
        super(fault.kind().word() + ": " + fault.detail(), fault.cause(), false, false);
        this.fault = fault;
    }

    /** What happened. */
    public Fault fault() {
        return fault;
    }
}
