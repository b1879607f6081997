package com.example.producer.rest.server;

import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultKind;
import com.example.producer.fault.FaultLog;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Whatever fails is logged and answered here. */
final class ProblemHandler implements WebExceptionHandler {
    private static final String RETRY_AFTER_SECONDS = "1";

    private final JsonMapper json;

    ProblemHandler(JsonMapper json) {
        this.json = json;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.error(failure);
        }
        Fault fault = Fault.from(failure);
        FaultLog.record(fault, exchange.getRequest().getURI().getRawPath(), 1);
        HttpStatus status = status(fault.kind());
        byte[] body = json.writeValueAsBytes(Problem.of(fault, status));
        response.setStatusCode(status);
        response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        response.getHeaders().setContentLength(body.length);
        if (fault.kind() == FaultKind.UNAVAILABLE) {
            response.getHeaders().set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }

    /** The one table from faults to HTTP; contract/faults.yaml has the same. */
    static HttpStatus status(FaultKind kind) {
        return switch (kind) {
            case MALFORMED, INVALID_EVENT -> HttpStatus.BAD_REQUEST;
            case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case UNSUPPORTED_MEDIA -> HttpStatus.UNSUPPORTED_MEDIA_TYPE;
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case METHOD_NOT_ALLOWED -> HttpStatus.METHOD_NOT_ALLOWED;
            case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
            case INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }
}
