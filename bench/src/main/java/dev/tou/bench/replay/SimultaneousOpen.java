// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.net.InetSocketAddress;

import dev.tou.state.TcpState;

/** S1: two ends that connect to each other at the same moment become one connection. */
final class SimultaneousOpen implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S1",
                "simultaneous-open",
                "both ends connect at once, and nobody listens",
                "RFC 9293 section 3.5, figure 7");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        int port = FreePort.onAll(Stage.loopback(1), Stage.loopback(2), Stage.loopback(3), Stage.loopback(4));
        InetSocketAddress client = new InetSocketAddress(Stage.loopback(1), port);
        InetSocketAddress clientSide = new InetSocketAddress(Stage.loopback(2), port);
        InetSocketAddress serverSide = new InetSocketAddress(Stage.loopback(3), port);
        InetSocketAddress server = new InetSocketAddress(Stage.loopback(4), port);
        stage.wire(clientSide, serverSide, server);
        stage.wire().hold(Pick.toServer(Flags.SYN));
        stage.wire().hold(Pick.toClient(Flags.SYN));
        stage.say("Both call connect(). The wire holds both SYNs back until both are sent.");
        stage.open(stage.server(), serverSide, bootstrap -> bootstrap.localAddress(server));
        stage.toClient(Flags.SYN);
        stage.open(stage.client(), clientSide, bootstrap -> bootstrap.localAddress(client));
        stage.toServer(Flags.SYN);
        stage.wire().release();
        stage.client().reaches(TcpState.SYN_RECEIVED);
        stage.server().reaches(TcpState.SYN_RECEIVED);
        stage.client().reaches(TcpState.ESTABLISHED);
        stage.server().reaches(TcpState.ESTABLISHED);
        stage.client().sees("is connected");
        stage.server().sees("is connected");
        stage.toServer(Flags.ACK);
        stage.toClient(Flags.ACK);
        return "Each end got a SYN where it waited for a SYN,ACK, went from SYN-SENT to SYN-RECEIVED, and became ESTABLISHED "
                + "by the other's acknowledgment. It is one connection, not two.";
    }
}
