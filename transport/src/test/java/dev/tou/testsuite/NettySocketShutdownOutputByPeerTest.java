// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.net.SocketAddress;
import java.util.List;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.AbstractSocketShutdownOutputByPeerTest;

/** With a peer of ours where Netty's class has a {@code java.net.Socket}. */
@OnEveryTransport
class NettySocketShutdownOutputByPeerTest extends AbstractSocketShutdownOutputByPeerTest<BlockingPeer> {

    @Override
    protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
        return TouPermutation.serverSocket();
    }

    @Override
    protected BlockingPeer newSocket() {
        return new BlockingPeer();
    }

    @Override
    protected void connect(BlockingPeer peer, SocketAddress address) {
        peer.connect(TouPermutation.peerClient(), address);
    }

    @Override
    protected void write(BlockingPeer peer, int data) {
        peer.write(data);
    }

    @Override
    protected void shutdownOutput(BlockingPeer peer) {
        peer.shutdownOutput();
    }

    @Override
    protected void close(BlockingPeer peer) {
        peer.close();
    }
}
