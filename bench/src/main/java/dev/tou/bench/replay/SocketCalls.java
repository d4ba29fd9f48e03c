// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

import dev.tou.state.TcpState;
import io.netty.channel.Channel;

/** S15: the calls of an application, and what each does on the wire. */
final class SocketCalls implements Scenario {

    @Override
    public Card card() {
        return new Card(
                "S15", "socket-calls", "bind, listen, accept, connect, read, write, close", "RFC 9293 section 3.9.1");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.say("ServerBootstrap.bind() is socket(), bind() and listen(). Nothing is on the wire.");
        Channel listener = stage.listen(bootstrap -> {});
        stage.say("Bootstrap.connect() is socket() and connect().");
        stage.connect(bootstrap -> {});
        stage.toServer(Flags.SYN);
        stage.toClient(Flags.SYN | Flags.ACK);
        stage.client().sees("is connected");
        stage.server().sees("accepts");
        Channel child = stage.server().channel();
        stage.say(
                "channelRead of the listener is accept(). Listener: " + text(listener.localAddress()) + ". Its child: "
                        + text(child.localAddress()) + ", with the peer " + text(child.remoteAddress()) + ".");
        if (!listener.localAddress().equals(child.localAddress())) {
            throw NotSeen.of("one address for the listener and its child");
        }
        stage.client().write("hello");
        stage.server().sees("hello");
        stage.client().close();
        stage.server().sees("channel closed");
        stage.client().reaches(TcpState.TIME_WAIT);
        stage.server().reaches(TcpState.CLOSED);
        return "The listener and its child have the same local address; what tells connections apart is the peer's. write() and "
                + "read() are channel calls here, and close() is close().";
    }

    private static String text(SocketAddress address) {
        InetSocketAddress internet = (InetSocketAddress) address;
        return internet.getAddress().getHostAddress() + ":" + internet.getPort();
    }
}
