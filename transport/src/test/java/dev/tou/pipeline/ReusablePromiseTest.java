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
        assertThat(told).containsExactly(SUCCESS, "no route", SUCCESS, "too large");
    }

    @Test
    void isWrittenLikeAnyPromise() {
        promise.reopen();
        channel.writeAndFlush("datagram", promise);
        assertThat(told).containsExactly(SUCCESS);
        channel.close();
        promise.reopen();
        channel.writeAndFlush("datagram", promise);
        assertThat(told).hasSize(2).last().isNotEqualTo(SUCCESS);
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
