package com.example.producer.grpc.server;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;

/**
 * A service whose messages are read inside of its interceptors. The library reads them before, and ends a call with UNKNOWN
 * when it cannot; so an exception handler does not hear of it.
 *
 * @param service the service
 */
record StrictMessages(BindableService service) implements BindableService {
    @Override
    public ServerServiceDefinition bindService() {
        return ServerInterceptors.useInputStreamMessages(service.bindService());
    }
}
