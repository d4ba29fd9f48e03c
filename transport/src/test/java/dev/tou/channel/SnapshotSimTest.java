// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.endpoint.Shard;
import dev.tou.simulation.RawPeer;
import dev.tou.simulation.SimHost;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;
import dev.tou.telemetry.ConnectionSnapshot;
import dev.tou.telemetry.ListenerSnapshot;
import dev.tou.telemetry.LoopSnapshot;
import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.SocketSnapshot;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a look at an event loop finds, on virtual time. */
class SnapshotSimTest {

    /** Real time, which a busy machine may take much of. */
    private static final SnapshotRequest ALL = SnapshotRequest.ALL.patienceNanos(TimeUnit.MINUTES.toNanos(5));

    private static LoopSnapshot look(SimPair pair, SimHost host, SnapshotRequest request) {
        var taken = pair.simulation.await(TouTransport.snapshot(host.eventLoop(), request));
        List<LoopSnapshot> loops = taken.getNow().loops();
        assertThat(loops).hasSize(1);
        assertThat(taken.getNow().isComplete()).isTrue();
        return loops.get(0);
    }

    @Test
    void tellsListenersAndConnectionsAsTheyAre() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel client = pair.connect(new Recorder());
            pair.simulation.await(client.writeAndFlush(Unpooled.wrappedBuffer(Sockets.bytes(50_000))));
            pair.simulation.advance(SimPair.seconds(3));
            pair.child();

            LoopSnapshot servers = look(pair, pair.serverHost, ALL);
            assertThat(servers.listeners())
                    .singleElement()
                    .returns(pair.serverHost.address(SimPair.PORT), ListenerSnapshot::local)
                    .returns(SimPair.PORT, ListenerSnapshot::udpPort)
                    .returns(0, ListenerSnapshot::waiting)
                    .returns(0, ListenerSnapshot::halfOpen);
            ConnectionSnapshot accepted = servers.connections().get(0);
            assertThat(accepted)
                    .returns(pair.serverHost.address(SimPair.PORT), ConnectionSnapshot::local)
                    .returns(client.localAddress(), ConnectionSnapshot::remote)
                    .returns(client.localAddress().getPort(), ConnectionSnapshot::remoteUdpPort)
                    .returns(true, ConnectionSnapshot::passive)
                    .returns(false, ConnectionSnapshot::orphan);
            assertThat(accepted.info().bytesReceived()).isEqualTo(50_000);
            assertThat(servers.states())
                    .containsOnly(Map.entry(TcpState.LISTEN, 1L), Map.entry(TcpState.ESTABLISHED, 1L));

            LoopSnapshot clients = look(pair, pair.clientHost, ALL);
            ConnectionSnapshot opened = clients.connections().get(0);
            assertThat(opened.passive()).isFalse();
            assertThat(opened.ageNanos()).isGreaterThan(SimPair.seconds(3).toNanos());
            assertThat(opened.info().toMap())
                    .isEqualTo(((TouSocketChannel) client).tcpInfo().toMap());
            assertThat(clients.sockets())
                    .singleElement()
                    .returns(pair.serverHost.address(SimPair.PORT), SocketSnapshot::peer)
                    .returns(1, SocketSnapshot::connections);
        }
    }

    @Test
    void aConnectionThatIsNotYetBegunIsNoListener() {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            Shard shard = pair.servers.resources().shards().iterator().next();
            ConnectionKey key = ConnectionKey.of(pair.clientHost.address(4000), SimPair.PORT, 5000);
            TransmissionControlBlock tcb = shard.newConnection(
                    key, new ConnectionOptions(), shard.resources().nowNanos());
            tcb.transition(TcpEvent.PASSIVE_OPEN);
            LoopSnapshot seen = look(pair, pair.serverHost, ALL);
            assertThat(seen.states()).containsOnly(Map.entry(TcpState.LISTEN, 1L));
            assertThat(seen.matching()).isZero();
            shard.connections().remove(tcb);
        }
    }

    @Test
    void tellsWhoWaitsForAccept() {
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().option(ChannelOption.AUTO_READ, false).option(ChannelOption.SO_BACKLOG, 5));
            for (int i = 0; i < 3; i++) {
                pair.connect(new Recorder());
            }
            pair.simulation.advance(SimPair.seconds(1)); // the last acknowledgment is on its way
            assertThat(look(pair, pair.serverHost, ALL).listeners())
                    .singleElement()
                    .returns(3, ListenerSnapshot::waiting)
                    .returns(5, ListenerSnapshot::backlog);
        }
    }

    @Test
    void theEndOfAConnectionIsSeen() {
        try (SimPair pair = new SimPair()) {
            pair.onAccept(recorder -> recorder.on("inactive", channel -> {}));
            pair.listen(pair.server().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            SocketChannel client = pair.connect(new Recorder());
            pair.child();
            client.close();
            pair.simulation.advance(SimPair.seconds(1));
            ConnectionSnapshot orphan =
                    look(pair, pair.clientHost, ALL).connections().get(0);
            assertThat(orphan.orphan()).isTrue();
            assertThat(orphan.info().state()).isEqualTo(TcpState.FIN_WAIT_2);
            assertThat(look(pair, pair.clientHost, ALL).orphans()).isEqualTo(1);
            pair.child().channel().close();
            pair.simulation.advance(SimPair.seconds(1));
            LoopSnapshot over = look(pair, pair.clientHost, ALL);
            assertThat(over.connections()).isEmpty();
            assertThat(over.states()).containsOnly(Map.entry(TcpState.TIME_WAIT, 1L));
            assertThat(over.sockets()).singleElement().returns(1, SocketSnapshot::timeWait);
        }
    }

    @Test
    void tellsWhatWasAskedForAndCountsTheRest() throws UnknownHostException {
        try (SimPair pair = new SimPair()) {
            pair.listen();
            SocketChannel first = pair.connect(new Recorder());
            pair.connect(new Recorder());
            pair.simulation.advance(SimPair.seconds(1));
            assertThat(first.isActive()).isTrue();
            int port = first.localAddress().getPort();
            assertThat(look(pair, pair.serverHost, ALL.port(port)).connections())
                    .singleElement()
                    .returns(first.localAddress(), ConnectionSnapshot::remote);
            assertThat(look(pair, pair.serverHost, ALL.port(port)).listeners()).isEmpty();
            assertThat(look(pair, pair.serverHost, ALL.port(SimPair.PORT)).listeners())
                    .hasSize(1);
            assertThat(look(pair, pair.serverHost, ALL.address(InetAddress.getByName("10.0.0.1")))
                            .connections())
                    .hasSize(2);
            assertThat(look(pair, pair.serverHost, ALL.address(InetAddress.getByName("10.0.0.9")))
                            .connections())
                    .isEmpty();
            LoopSnapshot none = look(pair, pair.serverHost, ALL.states(Set.of(TcpState.CLOSE_WAIT)));
            assertThat(none.connections()).isEmpty();
            assertThat(none.states()).containsEntry(TcpState.ESTABLISHED, 2L);
            LoopSnapshot one = look(pair, pair.serverHost, ALL.most(1));
            assertThat(one.connections()).hasSize(1);
            assertThat(one.matching()).isEqualTo(2);
        }
    }

    @Test
    void dropsOutliveTheirSocket() {
        try (SimPair pair = new SimPair()) {
            Channel listener = pair.listen();
            RawPeer stranger = pair.clientHost.newRawPeer(9);
            stranger.send(pair.serverHost.address(SimPair.PORT), new byte[3]);
            pair.simulation.advance(SimPair.seconds(1));
            var drops = look(pair, pair.serverHost, ALL).drops();
            assertThat(drops).isNotEmpty();
            listener.close();
            pair.simulation.advance(SimPair.seconds(1));
            LoopSnapshot after = look(pair, pair.serverHost, ALL);
            assertThat(after.sockets()).isEmpty();
            assertThat(after.drops()).isEqualTo(drops);
        }
    }

    /** Counts what else the loop does meanwhile: reading comes before what is scheduled, in each of its turns. */
    private static final class Other implements Runnable {

        private final EventLoop loop;
        private final Future<?> until;
        private int turns;

        Other(EventLoop loop, Future<?> until) {
            this.loop = loop;
            this.until = until;
        }

        @Override
        public void run() {
            turns++;
            if (!until.isDone()) {
                loop.schedule(this, 0, TimeUnit.NANOSECONDS);
            }
        }
    }

    @Test
    void manyConnectionsAreLookedAtInSlices() {
        int many = 10_000;
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().option(ChannelOption.SO_BACKLOG, many));
            List<Future<Void>> connects = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                connects.add(pair.client(new Recorder()).connect(pair.serverHost.address(SimPair.PORT)));
            }
            pair.simulation.expect(
                    "all are there",
                    () -> connects.stream().allMatch(Future::isSuccess) && pair.accepted.size() == many,
                    SimPair.seconds(60));
            EventLoop loop = pair.serverHost.eventLoop();
            var taken = TouTransport.snapshot(loop, ALL.most(many));
            Other other = new Other(loop, taken);
            loop.schedule(other, 0, TimeUnit.NANOSECONDS);
            LoopSnapshot snapshot =
                    pair.simulation.await(taken).getNow().loops().get(0);
            assertThat(snapshot.answer()).isEqualTo(LoopSnapshot.Answer.COMPLETE);
            assertThat(snapshot.connections()).hasSize(many);
            // Two that come through different UDP sockets may have the same TCP port.
            assertThat(snapshot.connections().stream()
                            .map(connection -> connection.remote() + " " + connection.remoteUdpPort())
                            .distinct()
                            .count())
                    .isEqualTo(many);
            // At most 256 places of the table at once.
            assertThat(other.turns).isGreaterThanOrEqualTo(many / 256);
        }
    }

    @Test
    void manySocketsAreLookedAtInSlicesToo() {
        int many = 1000;
        try (SimPair pair = new SimPair()) {
            pair.listen(pair.server().option(ChannelOption.SO_BACKLOG, many));
            List<Future<Void>> connects = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                String ownSocket = "socket-" + i;
                connects.add(pair.client(new Recorder())
                        .option(
                                TouChannelOption.UDP_PIPELINE,
                                udp -> udp.addFirst(ownSocket, new ChannelInboundHandlerAdapter()))
                        .connect(pair.serverHost.address(SimPair.PORT)));
            }
            pair.simulation.expect(
                    "all are there", () -> connects.stream().allMatch(Future::isSuccess), SimPair.seconds(60));
            EventLoop loop = pair.clientHost.eventLoop();
            var taken = TouTransport.snapshot(loop, ALL.most(many));
            Other other = new Other(loop, taken);
            loop.schedule(other, 0, TimeUnit.NANOSECONDS);
            LoopSnapshot snapshot =
                    pair.simulation.await(taken).getNow().loops().get(0);
            assertThat(snapshot.answer()).isEqualTo(LoopSnapshot.Answer.COMPLETE);
            assertThat(snapshot.sockets()).hasSize(many).allMatch(socket -> socket.connections() == 1);
            assertThat(snapshot.connections()).hasSize(many);
            assertThat(other.turns).isGreaterThanOrEqualTo(many / 64);
        }
    }

    @Test
    void rangesAreChecked() {
        assertThatThrownBy(() -> ALL.port(65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ALL.most(-1)).hasMessage("most: -1 (expected: 0 to 2147483647)");
        assertThatThrownBy(() -> ALL.patienceNanos(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
