// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.grpc;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;

import dev.tou.channel.TouServerSocketChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A gRPC server. What differs from kernel TCP is the channel's type; with it come event loops of one's own, because those
 * that gRPC brings are for its own channels.
 */
@Command(
        name = "grpc-server",
        mixinStandardHelpOptions = true,
        description = "Echoes texts, and splits them into words.")
public final class GrpcServer implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "8009", description = "UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Override
    public Integer call() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        try {
            Server server = builder(group, new InetSocketAddress(port)).build().start();
            System.out.println("gRPC on UDP port " + server.getPort());
            server.awaitTermination();
            return 0;
        } catch (Exception e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            System.err.println("Cannot serve on UDP port " + port + ": " + reason.getMessage());
            return 1;
        } finally {
            group.shutdownGracefully();
        }
    }

    static NettyServerBuilder builder(EventLoopGroup group, InetSocketAddress address) {
        return NettyServerBuilder.forAddress(address)
                .channelType(TouServerSocketChannel.class) // was: nothing, which means TCP
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .addService(Words.service());
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new GrpcServer()).execute(args));
    }
}
