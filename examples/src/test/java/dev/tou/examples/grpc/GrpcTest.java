// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.grpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.ListenableFuture;
import dev.tou.channel.TouChannelOption;
import dev.tou.channel.TouTransport;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Everything that gRPC does with a connection: all kinds of calls, large messages, deadlines, cancellation, many at once. */
@Timeout(180)
class GrpcTest {

    private static final int LARGE = 32 << 20;

    @Nested
    class OnNio extends Calls {

        @Override
        IoHandlerFactory io() {
            return NioIoHandler.newFactory();
        }
    }

    @Nested
    class OnEpoll extends Calls {

        @Override
        IoHandlerFactory io() {
            return EpollIoHandler.newFactory();
        }
    }

    @Nested
    class OnIoUring extends Calls {

        /** Containers often forbid it; that is said, and a failure where nothing may be missing. */
        @Override
        IoHandlerFactory io() {
            if (!IoUring.isAvailable()) {
                String missing = "no io_uring here, gRPC on it is not tested: " + IoUring.unavailabilityCause();
                assertThat(System.getenv("TOU_REQUIRE_ROOT")).as(missing).isNotEqualTo("1");
                System.out.println(missing);
                Assumptions.abort(missing);
            }
            return IoUringIoHandler.newFactory();
        }
    }

    abstract static class Calls {

        private static final MethodDescriptor<byte[], byte[]> NEVER = Words.ECHO.toBuilder()
                .setFullMethodName(MethodDescriptor.generateFullMethodName("tou.examples.Silence", "Never"))
                .build();

        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch cancelled = new CountDownLatch(1);
        private EventLoopGroup serverLoops;
        private EventLoopGroup clientLoops;
        private Server server;
        private ManagedChannel channel;

        abstract IoHandlerFactory io();

        @BeforeEach
        void start() throws IOException {
            serverLoops = new MultiThreadIoEventLoopGroup(1, io());
            clientLoops = new MultiThreadIoEventLoopGroup(1, io());
            server = GrpcServer.builder(serverLoops, new InetSocketAddress("127.0.0.1", 0))
                    .addService(WordStreams.service())
                    .addService(ServerServiceDefinition.builder("tou.examples.Silence")
                            .addMethod(NEVER, ServerCalls.asyncUnaryCall(this::neverAnswers))
                            .build())
                    .maxInboundMessageSize(2 * LARGE)
                    .build()
                    .start();
            channel = GrpcClient.builder(clientLoops, "127.0.0.1", server.getPort())
                    .maxInboundMessageSize(2 * LARGE)
                    .build();
        }

        private void neverAnswers(byte[] request, StreamObserver<byte[]> reply) {
            ((ServerCallStreamObserver<byte[]>) reply).setOnCancelHandler(cancelled::countDown);
            asked.countDown();
        }

        @AfterEach
        void end() throws InterruptedException {
            if (server == null) {
                return;
            }
            assertThat(channel.shutdown().awaitTermination(60, TimeUnit.SECONDS))
                    .as("the client's connections end")
                    .isTrue();
            assertThat(server.shutdown().awaitTermination(60, TimeUnit.SECONDS))
                    .as("the server's connections end")
                    .isTrue();
            TouTransport.closeGracefully(clientLoops, 1, TimeUnit.SECONDS).sync();
            TouTransport.closeGracefully(serverLoops, 1, TimeUnit.SECONDS).sync();
            clientLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            serverLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }

        private byte[] echo(byte[] message) {
            return ClientCalls.blockingUnaryCall(channel, Words.ECHO, CallOptions.DEFAULT, message);
        }

        @Test
        void unary() {
            assertThat(echo(Words.bytes("grüß dich"))).isEqualTo(Words.bytes("grüß dich"));
            assertThat(echo(new byte[0])).isEmpty();
        }

        @Test
        void serverStreaming() {
            Iterator<byte[]> words = ClientCalls.blockingServerStreamingCall(
                    channel, Words.SPLIT, CallOptions.DEFAULT, Words.bytes("a b ".repeat(5_000)));
            int count = 0;
            while (words.hasNext()) {
                assertThat(Words.text(words.next())).isEqualTo(count++ % 2 == 0 ? "a" : "b");
            }
            assertThat(count).isEqualTo(10_000);
        }

        @Test
        void clientStreaming() throws InterruptedException {
            Answers answers = new Answers();
            StreamObserver<byte[]> words = ClientCalls.asyncClientStreamingCall(
                    channel.newCall(WordStreams.JOIN, CallOptions.DEFAULT), answers);
            for (int i = 0; i < 10_000; i++) {
                words.onNext(Words.bytes("w" + i));
            }
            words.onCompleted();
            String joined = answers.next();
            assertThat(joined).startsWith("w0 w1 w2 ").endsWith(" w9998 w9999");
            assertThat(joined.split(" ")).hasSize(10_000);
            assertThat(answers.next()).isEqualTo("end");
        }

        /** Each answer must be there before the next question: nothing waits for company. */
        @Test
        void bothWays() throws InterruptedException {
            Answers answers = new Answers();
            StreamObserver<byte[]> words = ClientCalls.asyncBidiStreamingCall(
                    channel.newCall(WordStreams.SHOUT, CallOptions.DEFAULT), answers);
            for (int i = 0; i < 200; i++) {
                words.onNext(Words.bytes("word" + i));
                assertThat(answers.next()).isEqualTo("WORD" + i);
            }
            words.onCompleted();
            assertThat(answers.next()).isEqualTo("end");
        }

        @Test
        void largeMessages() {
            byte[] large = new byte[LARGE];
            new Random(1).nextBytes(large);
            assertThat(Arrays.equals(echo(large), large)).isTrue();
        }

        @Test
        void deadlines() throws InterruptedException {
            // Connected already, and with a little time, so that a busy machine, too, gets the question through before
            // the deadline.
            echo(new byte[5]);
            CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(4, TimeUnit.SECONDS);
            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, NEVER, soon, new byte[10]))
                    .isInstanceOf(StatusRuntimeException.class)
                    .extracting(failure -> Status.fromThrowable(failure).getCode())
                    .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            assertThat(cancelled.await(60, TimeUnit.SECONDS))
                    .as("the server hears of it")
                    .isTrue();
            // The connection lives on.
            assertThat(echo(new byte[5])).hasSize(5);
        }

        @Test
        void cancellation() throws InterruptedException {
            ClientCall<byte[], byte[]> call = channel.newCall(NEVER, CallOptions.DEFAULT);
            ListenableFuture<byte[]> answer = ClientCalls.futureUnaryCall(call, new byte[10]);
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            call.cancel("not wanted any more", null);
            assertThat(cancelled.await(60, TimeUnit.SECONDS))
                    .as("the server hears of it")
                    .isTrue();
            assertThatThrownBy(() -> answer.get(60, TimeUnit.SECONDS))
                    .extracting(failure -> Status.fromThrowable(failure).getCode())
                    .isEqualTo(Status.Code.CANCELLED);
            assertThat(echo(new byte[5])).hasSize(5);
        }

        @Test
        void manyAtOnce() throws Exception {
            List<ListenableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                byte[] message = new byte[50_000 + i];
                Arrays.fill(message, (byte) i);
                answers.add(ClientCalls.futureUnaryCall(channel.newCall(Words.ECHO, CallOptions.DEFAULT), message));
            }
            for (int i = 0; i < 100; i++) {
                assertThat(answers.get(i).get(60, TimeUnit.SECONDS))
                        .hasSize(50_000 + i)
                        .containsOnly((byte) i);
            }
        }

        @Test
        void optionsOfTheTransport() {
            ManagedChannel tuned = GrpcClient.builder(clientLoops, "127.0.0.1", server.getPort())
                    .withOption(TouChannelOption.PATH_MTU, 9_000)
                    .withOption(TouChannelOption.KEEP_IDLE, 60)
                    .build();
            assertThat(ClientCalls.blockingUnaryCall(tuned, Words.ECHO, CallOptions.DEFAULT, new byte[100_000]))
                    .hasSize(100_000);
            tuned.shutdown();
        }

        /** What libraries look for in a failure: UNAVAILABLE, and that the connection was refused. */
        @Test
        void nobodyThere() throws IOException, InterruptedException {
            int port = server.getPort();
            server.shutdown().awaitTermination(60, TimeUnit.SECONDS);
            ManagedChannel toNobody =
                    GrpcClient.builder(clientLoops, "127.0.0.1", port).build();
            assertThatThrownBy(
                            () -> ClientCalls.blockingUnaryCall(toNobody, Words.ECHO, CallOptions.DEFAULT, new byte[1]))
                    .hasMessageContaining("UNAVAILABLE")
                    .rootCause()
                    .hasMessageContaining("Connection refused");
            toNobody.shutdown();
        }
    }

    private static final class Answers implements StreamObserver<byte[]> {

        private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            String next = queue.poll(60, TimeUnit.SECONDS);
            assertThat(next).as("an answer").isNotNull();
            return next;
        }

        @Override
        public void onNext(byte[] answer) {
            queue.add(Words.text(answer));
        }

        @Override
        public void onError(Throwable failure) {
            queue.add("failed: " + failure);
        }

        @Override
        public void onCompleted() {
            queue.add("end");
        }
    }
}
