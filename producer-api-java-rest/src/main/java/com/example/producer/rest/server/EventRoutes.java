package com.example.producer.rest.server;

import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultKind;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The three routes. Paths are compared as they were sent: patterns would also take {@code /events;x} and
 * {@code /event%73}.
 */
final class EventRoutes implements RouterFunction<ServerResponse> {
    private record Route(HttpMethod method, HandlerFunction<ServerResponse> handler) {}

    private final Map<String, Route> routes;

    EventRoutes(EventHandler events) {
        routes = Map.of(
                "/api/v1/events", new Route(HttpMethod.POST, events::event),
                "/api/v1/events/bulk", new Route(HttpMethod.POST, events::bulk),
                "/api/v1/events/health", new Route(HttpMethod.GET, events::health));
    }

    @Override
    public Mono<HandlerFunction<ServerResponse>> route(ServerRequest request) {
        Route route = routes.get(request.uri().getRawPath());
        if (route == null) {
            return Mono.just(EventRoutes::notFound);
        }
        return Mono.just(
                route.method().equals(request.method()) ? route.handler() : refused -> wrongMethod(refused, route));
    }

    private static Mono<ServerResponse> notFound(ServerRequest request) {
        return RequestBodies.refuse(
                request.exchange().getRequest(), Fault.of(FaultKind.NOT_FOUND, "there is nothing at this path"));
    }

    private static Mono<ServerResponse> wrongMethod(ServerRequest request, Route route) {
        request.exchange().getResponse().getHeaders().setAllow(Set.of(route.method()));
        return RequestBodies.refuse(
                request.exchange().getRequest(),
                Fault.of(FaultKind.METHOD_NOT_ALLOWED, "this path takes " + route.method() + " only"));
    }
}
