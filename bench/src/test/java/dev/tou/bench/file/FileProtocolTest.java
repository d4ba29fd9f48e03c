// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FileProtocolTest {

    private static final Sha256 DIGEST = digest("hello");

    private static Sha256 digest(String text) {
        MessageDigest digest = Sha256.start();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return Sha256.finish(digest);
    }

    private static ByteBuf conversation(String name, String body) {
        ByteBuf all = Unpooled.buffer();
        new Offer(name, body.length(), false).write(all);
        Start.writeChecking(all, 0);
        new Start(0).write(all);
        all.writeCharSequence(body, StandardCharsets.UTF_8);
        digest(body).write(all);
        return all;
    }

    /** Everything that {@code bytes} decode to, in pieces of at most {@code step}; file bytes joined into one text. */
    private static List<Object> decode(ByteBuf bytes, int step) {
        EmbeddedChannel channel = new EmbeddedChannel(new OfferDecoder());
        while (bytes.isReadable()) {
            channel.writeInbound(bytes.readRetainedSlice(Math.min(step, bytes.readableBytes())));
        }
        bytes.release();
        List<Object> messages = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof ByteBuf piece) {
                body.append(piece.toString(StandardCharsets.UTF_8));
                piece.release();
            } else {
                messages.add(message);
            }
        }
        messages.add(body.toString());
        channel.finishAndReleaseAll();
        return messages;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64, 10_000})
    void aTransferIsTheSameHoweverItIsCut(int step) {
        String body = "x".repeat(300) + "end";
        assertThat(decode(conversation("naïve.txt", body), step))
                .containsExactly(new Offer("naïve.txt", body.length(), false), new Start(0), digest(body), body);
    }

    @Test
    void anEmptyFileIsAnOfferAndADigest() {
        assertThat(decode(conversation("empty", ""), 1))
                .containsExactly(new Offer("empty", 0, false), new Start(0), digest(""), "");
    }

    @Test
    void whatFollowsTheDigestIsDropped() {
        ByteBuf all = conversation("a", "b").writeLong(0);
        assertThat(decode(all, 5)).containsExactly(new Offer("a", 1, false), new Start(0), digest("b"), "b");
    }

    private static void assertRefused(ByteBuf bytes, String sentence) {
        EmbeddedChannel channel = new EmbeddedChannel(new OfferDecoder());
        assertThatThrownBy(() -> channel.writeInbound(bytes))
                .isInstanceOf(DecoderException.class)
                .cause()
                .isInstanceOf(Failure.class)
                .hasMessageContaining(sentence);
        channel.finishAndReleaseAll();
    }

    @Test
    void otherProtocolsAreRefused() {
        assertRefused(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n", StandardCharsets.US_ASCII), "does not speak");
    }

    @Test
    void aResumedTransferHasTheRestOnly() {
        ByteBuf all = Unpooled.buffer();
        new Offer("file", 5, true).write(all);
        new Start(3).write(all);
        all.writeCharSequence("lo", StandardCharsets.UTF_8);
        DIGEST.write(all);
        assertThat(decode(all, 3)).containsExactly(new Offer("file", 5, true), new Start(3), DIGEST, "lo");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 6, Long.MIN_VALUE, Long.MAX_VALUE})
    void aStartOutsideTheFileIsRefused(long offset) {
        ByteBuf all = Unpooled.buffer();
        new Offer("file", 5, false).write(all);
        new Start(offset).write(all);
        assertRefused(all, "begins at no place");
    }

    @Test
    void bytesWithoutAStartAreRefused() {
        ByteBuf all = Unpooled.buffer();
        new Offer("file", 5, false).write(all);
        assertRefused(all.writeByte('h'), "before it says from where");
    }

    @Test
    void otherVersionsAreRefused() {
        ByteBuf offer = conversation("a", "b").setByte(4, 9);
        assertRefused(offer, "version 9");
    }

    @Test
    void namesHaveALimit() {
        assertRefused(
                Unpooled.buffer().writeInt(0x544F5546).writeByte(2).writeByte(0).writeShort(256), "256 bytes");
    }

    @Test
    void namesAreUtf8() {
        assertRefused(
                Unpooled.buffer()
                        .writeInt(0x544F5546)
                        .writeByte(2)
                        .writeByte(0)
                        .writeShort(1)
                        .writeByte(0xFF)
                        .writeLong(1),
                "not UTF-8");
    }

    @Test
    void sizesAreNotNegative() {
        ByteBuf offer = Unpooled.buffer();
        new Offer("a", -1, false).write(offer);
        assertRefused(offer, "negative size");
    }

    @Test
    void anyBytesGiveAMessageOrAReason() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            ByteBuf in = Unpooled.buffer();
            if (random.nextBoolean()) {
                in.writeInt(0x544F5546).writeByte(2);
            }
            in.writeBytes(bytes);
            decodeSafely(new EmbeddedChannel(new OfferDecoder()), in.copy());
            decodeSafely(new EmbeddedChannel(new ReplyDecoder()), in);
        }
    }

    private static void decodeSafely(EmbeddedChannel channel, ByteBuf in) {
        try {
            channel.writeInbound(in);
        } catch (DecoderException e) {
            assertThat(e).hasCauseInstanceOf(Failure.class);
        }
        channel.finishAndReleaseAll();
    }

    @Test
    void repliesSurviveTheWire() {
        List<Reply> replies = List.of(
                Reply.Accepted.ALL,
                new Reply.Accepted(5, DIGEST),
                new Reply.Checking(7),
                new Reply.Kept(DIGEST),
                new Reply.Refused(ExitCode.DISK_FULL, "The disk is full."),
                new Reply.Refused(ExitCode.EXISTS, ""));
        ByteBuf all = Unpooled.buffer();
        replies.forEach(reply -> reply.write(all));
        EmbeddedChannel channel = new EmbeddedChannel(new ReplyDecoder());
        for (byte b : ByteBufUtil.getBytes(all)) {
            channel.writeInbound(Unpooled.buffer().writeByte(b));
        }
        all.release();
        assertThat(channel.inboundMessages()).hasSize(6);
        assertThat(List.copyOf(channel.inboundMessages())).isEqualTo(replies);
        channel.finishAndReleaseAll();
    }

    @Test
    void aRefusalCannotClaimSuccessOrMoveTheCursor() {
        ByteBuf bytes = Unpooled.buffer();
        byte[] text = "\033[2Jall fine\r\n".getBytes(StandardCharsets.UTF_8);
        bytes.writeByte('R').writeByte(0).writeShort(text.length).writeBytes(text);
        assertThat(Reply.read(bytes)).isEqualTo(new Reply.Refused(ExitCode.REFUSED, "?[2Jall fine??"));
        bytes.release();
    }
}
