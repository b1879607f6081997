package com.example.producer.grpc.server;

import com.example.producer.fault.BrokenField;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultKind;
import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;

/** Faults to statuses. */
final class FaultStatus {
    private FaultStatus() {}

    /** The status that tells the fault, with a violation for every broken field. */
    static StatusException of(Fault fault) {
        Status.Builder status =
                Status.newBuilder().setCode(code(fault.kind()).value()).setMessage(fault.detail());
        if (!fault.fields().isEmpty()) {
            BadRequest.Builder details = BadRequest.newBuilder();
            for (BrokenField broken : fault.fields()) {
                details.addFieldViolationsBuilder()
                        .setField(snakeCase(broken.path()))
                        .setDescription(broken.detail());
            }
            status.addDetails(Any.pack(details.build()));
        }
        return StatusProto.toStatusException(status.build());
    }

    /** The one table from faults to codes; contract/faults.yaml has the same. Kinds that this wire cannot have are ours. */
    static Code code(FaultKind kind) {
        return switch (kind) {
            case MALFORMED, INVALID_EVENT -> Code.INVALID_ARGUMENT;
            case TOO_LARGE -> Code.RESOURCE_EXHAUSTED;
            case NOT_FOUND -> Code.UNIMPLEMENTED;
            case UNAVAILABLE -> Code.UNAVAILABLE;
            case UNSUPPORTED_MEDIA, METHOD_NOT_ALLOWED, INTERNAL -> Code.INTERNAL;
        };
    }

    /** The spelling of this wire: {@code event_body.entities[0].entity_id}. */
    static String snakeCase(String path) {
        StringBuilder snake = new StringBuilder(path.length() + 4);
        for (int at = 0; at < path.length(); at++) {
            char c = path.charAt(at);
            if (Character.isUpperCase(c)) {
                snake.append('_').append(Character.toLowerCase(c));
            } else {
                snake.append(c);
            }
        }
        return snake.toString();
    }
}
