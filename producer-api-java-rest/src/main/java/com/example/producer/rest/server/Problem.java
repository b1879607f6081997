package com.example.producer.rest.server;

import com.example.producer.fault.Fault;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.springframework.http.HttpStatus;

/** A reply of RFC 9457. */
record Problem(
        String type,
        String title,
        int status,
        String detail,
        String fault,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FieldError> errors) {

    /** A field that breaks a rule. */
    record FieldError(String field, String detail) {}

    static Problem of(Fault fault, HttpStatus status) {
        return new Problem(
                "about:blank",
                fault.kind().title(),
                status.value(),
                fault.detail(),
                fault.kind().word(),
                fault.fields().stream()
                        .map(broken -> new FieldError(broken.path(), broken.detail()))
                        .toList());
    }
}
