package com.example.producer.rest.server;

import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultException;
import com.example.producer.fault.FaultKind;
import io.netty.channel.ChannelException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/** Media type, size and time of a body. */
final class RequestBodies {
    /**
     * How much of a refused body is still taken in, so that a client which writes all of it before it reads meets the
     * reply and no reset.
     */
    private static final long LINGER_BYTES = 128L << 20;

    private static final String JSON = "application/json";

    private RequestBodies() {}

    /** At most so many bytes of JSON. Fails with {@code unsupported_media}, {@code too_large} or {@code malformed}. */
    static Mono<byte[]> read(ServerHttpRequest request, int maxBytes) {
        if (!isJson(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE))) {
            return refuse(request, Fault.of(FaultKind.UNSUPPORTED_MEDIA, "Content-Type must be application/json"));
        }
        Fault tooLarge = Fault.of(FaultKind.TOO_LARGE, "the body is larger than " + maxBytes + " bytes");
        if (request.getHeaders().getContentLength() > maxBytes) {
            return refuse(request, tooLarge);
        }
        return collect(request, maxBytes)
                .map(body -> {
                    if (body.isOverLimit()) {
                        throw tooLarge.asException();
                    }
                    return body.bytes();
                })
                .onErrorMap(failure -> !(failure instanceof FaultException), RequestBodies::unfinished);
    }

    /** Fails with the fault, after what the client still has to say was taken in. */
    static <T> Mono<T> refuse(ServerHttpRequest request, Fault fault) {
        boolean clientWaits = request.getHeaders().containsHeader(HttpHeaders.EXPECT);
        if (clientWaits || request.getHeaders().getContentLength() > LINGER_BYTES) {
            return Mono.error(fault.asException());
        }
        return collect(request, 0).onErrorResume(failure -> Mono.empty()).then(Mono.error(fault.asException()));
    }

    private static Mono<BoundedBytes> collect(ServerHttpRequest request, int maxBytes) {
        return request.getBody().reduceWith(() -> new BoundedBytes(maxBytes), RequestBodies::append);
    }

    private static BoundedBytes append(BoundedBytes body, DataBuffer next) {
        body.append(next);
        if (body.received() > LINGER_BYTES) {
            throw Fault.of(FaultKind.TOO_LARGE, "the body is far too large").asException();
        }
        return body;
    }

    private static FaultException unfinished(Throwable failure) {
        // What the server throws when its time for a request is over has no type of its own that is public.
        String detail =
                failure instanceof ChannelException ? "the body did not arrive in time" : "the body ended early";
        return Fault.causedBy(FaultKind.MALFORMED, detail, failure).asException();
    }

    /** Compares the media type and leaves its parameters alone. */
    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int semicolon = contentType.indexOf(';');
        String mediaType = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
        return mediaType.strip().equalsIgnoreCase(JSON);
    }
}
