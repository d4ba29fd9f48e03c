// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/**
 * A process of its own for {@link JvmExitTest}: prints the port that it listens on, greets everybody, and waits for its end. That
 * comes when its standard input ends: the words of the hook under test may take longer than it waits for them, on a busy machine.
 */
final class DyingServer {

    private DyingServer() {}

    public static void main(String[] args) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(DyingServer::waitForTheTest));
        Sockets sockets = new Sockets(args[0], 1);
        Channel server = Sockets.listen(
                sockets.server(
                        sockets.group,
                        sockets.group,
                        ch -> new Recorder()
                                .on(
                                        "active",
                                        child -> child.writeAndFlush(
                                                Unpooled.wrappedBuffer(Sockets.bytes(JvmExitTest.GREETING_BYTES))))),
                args[1]);
        System.out.println(((InetSocketAddress) server.localAddress()).getPort());
        if (args.length > 2 && args[2].equals("exit")) {
            sockets.nextChild().await("read");
            System.exit(0);
        }
        if (args.length > 2 && args[2].equals("loop")) {
            sockets.nextChild().await("read");
            sockets.group.shutdownGracefully(50, 5_000, TimeUnit.MILLISECONDS);
        }
        server.closeFuture().await();
    }

    private static void waitForTheTest() {
        try {
            System.in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
