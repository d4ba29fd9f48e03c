// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.net.InetSocketAddress;
import java.time.Duration;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static dev.tou.state.TcpState.FIN_WAIT_2;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * S15: bind, listen, accept, connect, read, write, close. A listener and its children have one address; what close leaves unsent
 * is delivered, unless SO_LINGER says otherwise; text for who has closed is reset.
 */
@Tag("S15")
class S15SocketCallsTest extends ScenarioTest {

    private static final int TEXT = 50_000;

    private static ServerBootstrap keepingItsHalf(ServerBootstrap server) {
        return server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    @Test
    void theListenersAddressAgainstTheChilds() {
        try (Ends ends = new Ends(scenario(15), server -> server)) {
            InetSocketAddress listening = ends.server().channel().parent().localAddress();
            assertThat(ends.server().channel().parent().remoteAddress()).isNull();
            assertThat(ends.server().channel().localAddress()).isEqualTo(listening);
            assertThat(ends.client().channel().remoteAddress()).isEqualTo(listening);
            assertThat(ends.server().channel().remoteAddress())
                    .isEqualTo(ends.client().channel().localAddress());
            ends.client().writes(100);
            ends.advanceMillis(100);
            assertThat(ends.server().received()).isEqualTo(100);
        }
    }

    @Test
    void closeReturnsAtOnceAndDelivers() {
        try (Ends ends = new Ends(scenario(15), S15SocketCallsTest::keepingItsHalf)) {
            ends.client().writes(TEXT);
            ChannelFuture close = ends.client().channel().close();
            ends.advanceMillis(1);
            assertThat(close.isDone()).isTrue();
            assertThat(ends.server().received()).isZero();
            ends.advanceMillis(1000);
            assertThat(ends.server().received()).isEqualTo(TEXT);
            assertThat(ends.wire())
                    .anyMatch(line -> line.startsWith("> FIN ACK"))
                    .noneMatch(line -> line.contains("RST"));
        }
    }

    @Test
    void withALingerTheCloseFutureWaits() {
        try (Ends ends = new Ends(scenario(15), S15SocketCallsTest::keepingItsHalf)) {
            ends.client().channel().config().setSoLinger(5);
            ends.client().writes(TEXT);
            ChannelFuture close = ends.client().channel().close();
            ends.advanceMillis(19);
            assertThat(close.isDone())
                    .as("before an acknowledgment can be here")
                    .isFalse();
            ends.scenario().simulation().expect("close", close::isDone, Duration.ofSeconds(1));
            assertThat(ends.server().received()).isEqualTo(TEXT);
            assertThat(ends.wire())
                    .anyMatch(line -> line.startsWith("> FIN ACK"))
                    .noneMatch(line -> line.contains("RST"));
        }
    }

    @Test
    void withALingerOfZeroCloseResets() {
        try (Ends ends = new Ends(scenario(15), S15SocketCallsTest::keepingItsHalf)) {
            ends.client().channel().config().setSoLinger(0);
            ends.client().channel().close();
            ends.advanceMillis(100);
            assertThat(ends.wire()).containsExactly("> RST ACK");
            assertThat(ends.server().failure()).hasMessageStartingWith("Connection reset by peer");
            assertThat(ends.timeWaitRecords()).isZero();
        }
    }

    @Test
    void textForWhoHasClosedIsReset() {
        try (Ends ends = new Ends(scenario(15), S15SocketCallsTest::keepingItsHalf)) {
            ends.client().channel().close();
            ends.advanceMillis(100);
            ends.wire();
            ends.server().writes(100);
            ends.advanceMillis(100);
            assertThat(ends.wire()).containsExactly("< ACK 100", "> RST ACK");
            assertThat(ends.server().failure()).hasMessageStartingWith("Connection reset by peer");
        }
    }

    /** The orphan of a server that never closes ends after a minute, of its own. */
    @Test
    void anOrphanDoesNotWaitForEver() {
        try (Ends ends = new Ends(scenario(15), S15SocketCallsTest::keepingItsHalf)) {
            ends.client().channel().close();
            ends.advanceMillis(59_900);
            assertThat(ends.client().state()).isEqualTo(FIN_WAIT_2);
            assertThat(ends.wire()).containsExactly("> FIN ACK", "< ACK");
            ends.advanceMillis(200);
            assertThat(ends.client().channel().tcpInfo().state().isSynchronized())
                    .isFalse();
            assertThat(ends.wire()).isEmpty();
        }
    }
}
