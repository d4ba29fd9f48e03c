// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.grpc;

import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import dev.tou.channel.TouSocketChannel;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Calls the server: one message there and back, then a stream of words.
 *
 * <p>What differs from kernel TCP is the channel's type; with it come event loops of one's own, because those that gRPC
 * brings are for its own channels.
 */
@Command(name = "grpc-client", mixinStandardHelpOptions = true, description = "Has a text echoed and split into words.")
public final class GrpcClient implements Callable<Integer> {

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Server (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8009", description = "Its UDP port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Parameters(defaultValue = "Hello over UDP", description = "What to send (default: ${DEFAULT-VALUE}).")
    private String text;

    @Override
    public Integer call() throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        ManagedChannel channel = builder(group, host, port).build();
        try {
            CallOptions patience = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
            System.out.println(
                    Words.text(ClientCalls.blockingUnaryCall(channel, Words.ECHO, patience, Words.bytes(text))));
            Iterator<byte[]> words =
                    ClientCalls.blockingServerStreamingCall(channel, Words.SPLIT, patience, Words.bytes(text));
            words.forEachRemaining(word -> System.out.println(Words.text(word)));
            return 0;
        } catch (StatusRuntimeException e) {
            String reason = e.getCause() == null ? "" : ", " + e.getCause().getMessage();
            System.err.println("The call failed: " + e.getMessage() + reason);
            return 1;
        } finally {
            channel.shutdown().awaitTermination(5, TimeUnit.SECONDS);
            group.shutdownGracefully();
        }
    }

    static NettyChannelBuilder builder(EventLoopGroup group, String host, int port) {
        return NettyChannelBuilder.forAddress(host, port)
                .channelType(TouSocketChannel.class) // was: nothing, which means TCP
                .eventLoopGroup(group)
                .usePlaintext();
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new GrpcClient()).execute(args));
    }
}
