// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.List;

import dev.tou.congestion.CongestionController;
import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.ControllerLog;
import dev.tou.endpoint.Listener;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.TransportListenerFactory;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.tou.channel.SimPair.ms;
import static dev.tou.channel.SimPair.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/** The application makes congestion controllers, and fails in it: nothing is counted that is not there, and nobody waits in vain. */
class ControllerFailuresSimTest {

    private enum Failing implements CongestionControllerFactory {
        THROWS {
            @Override
            public CongestionController newController() {
                throw new IllegalStateException("as the test wants");
            }
        },
        THROWS_AN_ERROR {
            @Override
            public CongestionController newController() {
                throw new AssertionError("as the test wants");
            }
        },
        RETURNS_NULL {
            @Override
            public CongestionController newController() {
                return null;
            }
        }
    }

    /** With a listener that wants to know the window at once, no connection can be made. */
    private static final class Broken extends ControllerLog {
        Broken() {
            super(0, 0);
        }

        @Override
        public long windowBytes() {
            throw new IllegalStateException("as the test wants");
        }
    }

    private static final TransportListenerFactory LISTENER = connection -> new TransportListener() {};

    private static Listener listenerOf(SimPair pair) {
        return pair.servers.resources().shards().iterator().next().listener(SimPair.PORT);
    }

    @ParameterizedTest
    @EnumSource
    void aFactoryThatFailsLeavesCubic(Failing factory) {
        try (SimPair pair = new SimPair()) {
            Channel listener = pair.listen(pair.server()
                    .option(TouChannelOption.CONGESTION_CONTROLLER, factory)
                    .childOption(TouChannelOption.CONGESTION_CONTROLLER, Failing.THROWS));
            List<SocketChannel> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                SocketChannel client = pair.connect(
                        pair.client(new Recorder()).option(TouChannelOption.CONGESTION_CONTROLLER, factory));
                client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10_000]));
                clients.add(client);
            }
            pair.simulation.advance(seconds(1));
            assertThat(pair.accepted).hasSize(3).allSatisfy(child -> {
                assertThat(child.receivedBytes()).isEqualTo(10_000);
                clients.add(child.channel());
            });
            assertThat(clients)
                    .allSatisfy(channel -> assertThat(((TouSocketChannel) channel)
                                    .tcb()
                                    .congestion()
                                    .name())
                            .isEqualTo("cubic"));
            assertThat(listenerOf(pair).halfOpen()).isZero();
            clients.forEach(SocketChannel::close);
            listener.close();
            pair.expectNothingLeft();
        }
    }

    @Test
    void aConnectionThatCannotBeMadeFailsTheConnectAndLetsGoOfItsPlace() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            ChannelFuture connected = pair.client(new Recorder())
                    .option(TouChannelOption.CONGESTION_CONTROLLER, Broken::new)
                    .option(TouChannelOption.TRANSPORT_LISTENER, LISTENER)
                    .connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(ms(100));
            assertThat(connected.cause()).hasMessage("as the test wants");
            assertThat(connected.channel().isOpen()).isFalse();
            assertThat(pair.clients.resources().shards()).hasSize(1);
            pair.simulation.advance(seconds(6));
            assertThat(pair.clients.resources().shards()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatCannotBeMadeIsNotHalfOpen(SynCookieMode cookies) {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server()
                    .option(TouChannelOption.SYN_COOKIES, cookies)
                    .option(TouChannelOption.CONGESTION_CONTROLLER, Broken::new)
                    .option(TouChannelOption.TRANSPORT_LISTENER, LISTENER));
            ChannelFuture connected = pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT));
            pair.simulation.advance(ms(500));
            assertThat(connected.isSuccess()).isEqualTo(cookies == SynCookieMode.ALWAYS);
            assertThat(listenerOf(pair).halfOpen()).isZero();
            assertThat(pair.accepted).isEmpty();
        }
    }
}
