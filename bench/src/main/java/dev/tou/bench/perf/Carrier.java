// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import dev.tou.bench.Transports;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;

/** By what a test is carried. */
enum Carrier {
    TOU("tou"),
    TCP("tcp");

    private final String label;

    Carrier(String label) {
        this.label = label;
    }

    /** {@return the name in reports} */
    String label() {
        return label;
    }

    Class<? extends SocketChannel> client(Transports.Io io) {
        return this == TOU ? Transports.socketChannel() : Transports.kernelSocketChannel(io);
    }

    Class<? extends ServerSocketChannel> server(Transports.Io io) {
        return this == TOU ? Transports.serverSocketChannel() : Transports.kernelServerSocketChannel(io);
    }
}
