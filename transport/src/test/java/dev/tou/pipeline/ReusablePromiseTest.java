// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReusablePromiseTest {

    private static final String SUCCESS = "success";

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> told = new ArrayList<>();
    private final ReusablePromise promise = new ReusablePromise(channel) {
        @Override
        void failed(int part) {
            told.add("part " + part);
        }

        @Override
        void completed(Throwable cause) {
            told.add(cause == null ? SUCCESS : cause.getMessage());
        }
    };

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void completesOnceForEachUse() {
        assertThat(promise.trySuccess()).as("nobody uses it").isFalse();
        promise.reopen();
        assertThat(promise.trySuccess(null)).isTrue();
        assertThat(promise.trySuccess()).isFalse();
        assertThat(promise.tryFailure(new IOException("late"))).isFalse();
        promise.reopen();
        assertThat(promise.tryFailure(new IOException("no route"))).isTrue();
        promise.reopen();
        promise.setSuccess();
        promise.reopen();
        promise.setFailure(new IOException("too large"));
        assertThat(told).containsExactly(SUCCESS, "part 0", "no route", SUCCESS, "part 0", "too large");
    }

    @Test
    void completesWithTheLastOfItsPartsAndTellsWhichFailed() {
        promise.reopen();
        promise.parts(4);
        assertThat(promise.trySuccess()).isTrue();
        assertThat(promise.tryFailure(new IOException("no buffer"))).isTrue();
        assertThat(promise.trySuccess()).isTrue();
        assertThat(told).containsExactly("part 1");
        assertThat(promise.tryFailure(new IOException("no route"))).isTrue();
        assertThat(promise.trySuccess()).as("over").isFalse();
        promise.reopen();
        promise.setSuccess();
        assertThat(told).containsExactly("part 1", "part 3", "no buffer", SUCCESS);
    }

    @Test
    void isWrittenLikeAnyPromise() {
        promise.reopen();
        channel.writeAndFlush("datagram", promise);
        assertThat(told).containsExactly(SUCCESS);
        channel.close();
        promise.reopen();
        channel.writeAndFlush("datagram", promise);
        assertThat(told).hasSize(3).last().isNotEqualTo(SUCCESS);
    }

    @Test
    void aListenerGetsAPromiseOfItsOwnThatCompletesThisOne() {
        promise.reopen();
        assertThat(promise.isVoid()).isTrue();
        assertThatThrownBy(() -> promise.addListener(done -> {})).isInstanceOf(IllegalStateException.class);
        ChannelPromise listened = promise.unvoid();
        listened.addListener(done -> told.add("listener"));
        channel.writeAndFlush("datagram", listened);
        assertThat(told).containsExactlyInAnyOrder(SUCCESS, "listener");
        promise.reopen();
        promise.unvoid().setFailure(new IOException("no route"));
        assertThat(told).last().isEqualTo("no route");
    }
}
