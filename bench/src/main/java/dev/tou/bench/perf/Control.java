// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tou.bench.JsonLines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.MessageToMessageDecoder;

/**
 * The messages of a control connection: JSON objects with a "type", each behind its length in four bytes.
 *
 * <p>What comes in is a {@link JsonNode} that is an object; what is longer than {@value #MAX_BYTES} bytes, or no such
 * object, is an exception in the pipeline.
 */
final class Control {

    /** Version of the protocol between the two ends; the number changes when one would misunderstand the other. */
    static final int VERSION = 1;

    /** Enough for the results of 256 streams. */
    static final int MAX_BYTES = 256 << 10;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Control() {}

    /** The type of a message. */
    enum Type {
        /** The client proposes a test. */
        PLAN,
        /** The server takes it, and says by which cookie streams belong to it. */
        ACCEPTED,
        /** One end will not, or cannot go on; a sentence says why. */
        REFUSED,
        /** The server has all streams. */
        BEGIN,
        /** The client's omitted time is over: both ends count from here. */
        MEASURE,
        /** The client asks for figures, and the server gives those of the streams that it sends. */
        SAMPLE,
        /** The server has received all that the client was to send. */
        RECEIVED,
        /** The client is done. */
        END,
        /** What the server has counted. */
        RESULTS;

        private final String word = name().toLowerCase(java.util.Locale.ROOT);

        /** {@return the type of {@code message}, or null if it has none that is known} */
        static Type of(JsonNode message) {
            String word = message.path("type").asText();
            for (Type type : values()) {
                if (type.word.equals(word)) {
                    return type;
                }
            }
            return null;
        }
    }

    static void install(ChannelPipeline pipeline) {
        pipeline.addLast(new LengthFieldBasedFrameDecoder(MAX_BYTES, 0, Integer.BYTES, 0, Integer.BYTES))
                .addLast(new Parser());
    }

    static ChannelFuture send(Channel channel, Type type, Object... namesAndValues) {
        return send(channel, type, JsonLines.fields(namesAndValues));
    }

    static ChannelFuture send(Channel channel, Type type, Map<String, ?> fields) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", type.word);
        message.putAll(fields);
        try {
            byte[] bytes = MAPPER.writeValueAsBytes(message);
            ByteBuf frame = channel.alloc().buffer(Integer.BYTES + bytes.length);
            return channel.writeAndFlush(frame.writeInt(bytes.length).writeBytes(bytes));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not expressible as JSON: " + type, e);
        }
    }

    private static final class Parser extends MessageToMessageDecoder<ByteBuf> {

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf frame, List<Object> out) throws IOException {
            try (ByteBufInputStream in = new ByteBufInputStream(frame)) {
                JsonNode message = MAPPER.readTree((java.io.InputStream) in);
                if (message == null || !message.isObject()) {
                    throw new CorruptedFrameException("no JSON object");
                }
                out.add(message);
            }
        }
    }
}
