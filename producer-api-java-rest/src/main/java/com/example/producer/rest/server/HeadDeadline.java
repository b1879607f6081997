package com.example.producer.rest.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Closes a new connection whose client says nothing, and any whose client takes too long over the head of a request, by the
 * byte if need be: the server's own timeouts see a whole head or nothing. A head that comes in one read costs no timer.
 */
final class HeadDeadline {
    /** For the first byte of a connection. */
    private final Duration silence;

    /** For a head that has begun. */
    private final Duration patience;

    private @Nullable Future<?> deadline;

    /** Whether the client has said nothing yet. */
    private boolean isNew = true;

    /** Whether the read at hand completed a head. */
    private boolean sawHead;

    /** Whether what comes next belongs to a body. */
    private boolean inBody;

    private HeadDeadline(Duration silence, Duration patience) {
        this.silence = silence;
        this.patience = patience;
    }

    /** Watches a new connection. */
    static void watch(Channel channel, Duration silence, Duration patience) {
        HeadDeadline watch = new HeadDeadline(silence, patience);
        channel.pipeline()
                .addBefore(NettyPipeline.HttpCodec, "head-deadline", watch.new BeforeDecoding())
                .addAfter(NettyPipeline.HttpCodec, "head-arrived", watch.new AfterDecoding());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Nobody is left to hear whether the close succeeded.
    private void begin(ChannelHandlerContext connection, Duration within) {
        if (deadline == null) {
            deadline =
                    connection.executor().schedule(() -> connection.close(), within.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void end() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private final class BeforeDecoding extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext connection) throws Exception {
            begin(connection, silence);
            super.channelActive(connection);
        }

        @Override
        public void channelRead(ChannelHandlerContext connection, Object bytes) throws Exception {
            if (isNew) {
                isNew = false;
                end();
            }
            boolean wasBody = inBody;
            sawHead = false;
            super.channelRead(connection, bytes);
            if (!sawHead && !wasBody) {
                begin(connection, patience);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext connection) throws Exception {
            end();
            super.channelInactive(connection);
        }
    }

    private final class AfterDecoding extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext connection, Object part) throws Exception {
            if (part instanceof HttpRequest) {
                sawHead = true;
                inBody = true;
                end();
            }
            if (part instanceof LastHttpContent) {
                inBody = false;
            }
            super.channelRead(connection, part);
        }
    }
}
