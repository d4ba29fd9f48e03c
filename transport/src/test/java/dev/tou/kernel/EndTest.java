// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.net.SocketException;
import java.util.concurrent.CompletableFuture;

import dev.tou.kernel.Interop.Connection;
import dev.tou.kernel.Interop.Opener;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** How a connection between the kernel and us ends: halves, resets, both at once, a killed process. */
@Tag("full")
class EndTest {

    private static final long SIZE = 1 << 20;
    private static final String FIN = "ChannelInputShutdownEvent";
    private static final String RESET = "Connection reset by peer";

    @BeforeAll
    static void needed() {
        KernelHost.needed();
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "nio, KERNEL", "epoll, TOU", "epoll, KERNEL"})
    void kernelClosesItsHalfFirst(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            interop.kernel.keepTimeWait();
            Connection connection = interop.open(opener);
            CompletableFuture<String> received = connection.kernel().receives(SIZE);
            KernelProcess.result(connection.kernel().sends(1, SIZE));
            connection.kernel().shutdownOutput();
            assertThat(connection.tou().await(FIN).receives(SIZE)).isEqualTo(Payload.digest(1, SIZE));
            Interop.until("our ACK of its FIN", () -> isState(interop, "FIN-WAIT-2"));
            connection.tou().sends(2, SIZE);
            assertThat(KernelProcess.result(received)).isEqualTo(Payload.digest(2, SIZE));
            TouHost.done(connection.tou().close());
            assertThat(KernelProcess.result(connection.kernel().reads())).isEqualTo(-1);
            Interop.until("TIME-WAIT", () -> isState(interop, "TIME-WAIT"));
            assertThat(connection.tou().failures()).isEmpty();
        }
    }

    private static boolean isState(Interop interop, String state) {
        return interop.kernel.connection().state().equals(state);
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "nio, KERNEL", "epoll, TOU", "epoll, KERNEL"})
    void weCloseOurHalfFirst(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            CompletableFuture<String> received = connection.kernel().receives(SIZE);
            connection.tou().sends(2, SIZE);
            assertThat(KernelProcess.result(received)).isEqualTo(Payload.digest(2, SIZE));
            TouHost.done(connection.tou().channel().shutdownOutput());
            assertThat(KernelProcess.result(connection.kernel().reads())).isEqualTo(-1);
            assertThat(interop.kernel.connection().state()).isEqualTo("CLOSE-WAIT");
            KernelProcess.result(connection.kernel().sends(1, SIZE));
            assertThat(connection.tou().receives(SIZE)).isEqualTo(Payload.digest(1, SIZE));
            connection.kernel().close();
            TouHost.done(connection.tou().await(FIN).close());
            Interop.until("CLOSED", () -> interop.kernel.connections().isEmpty());
            assertThat(connection.tou().failures()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "nio, KERNEL", "epoll, TOU", "epoll, KERNEL"})
    void kernelResets(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            connection.kernel().reset();
            connection.tou().await("inactive");
            assertThat(connection.tou().failures()).singleElement().asString().startsWith(RESET);
            assertThat(connection.tou().events()).containsExactly("active", "exception", "inactive");
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "nio, KERNEL", "epoll, TOU", "epoll, KERNEL"})
    void weReset(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            CompletableFuture<Integer> read = connection.kernel().reads();
            connection.tou().reset();
            assertThat(KernelProcess.failure(read))
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Connection reset");
            assertThat(interop.kernel.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Opener.class)
    void kernelClosesWithUnreadText(Opener opener) {
        try (Interop interop = new Interop("epoll")) {
            Connection connection = interop.open(opener);
            TouHost.done(connection.tou().channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[100])));
            Interop.until(
                    "text",
                    () -> connection
                                    .kernel()
                                    .run(socket -> socket.getInputStream().available())
                            == 100);
            connection.kernel().close();
            connection.tou().await("inactive");
            assertThat(connection.tou().failures()).singleElement().asString().startsWith(RESET);
        }
    }

    @ParameterizedTest
    @EnumSource(Opener.class)
    void weCloseWithUnreadText(Opener opener) {
        try (Interop interop = new Interop("epoll").option(ChannelOption.AUTO_READ, false)) {
            Connection connection = interop.open(opener);
            connection.kernel().act(socket -> socket.getOutputStream().write(new byte[100]));
            Interop.until("text acknowledged", () -> interop.kernel.connection().number("bytes_acked") >= 100);
            CompletableFuture<Integer> read = connection.kernel().reads();
            TouHost.done(connection.tou().close());
            assertThat(KernelProcess.failure(read)).hasMessage("Connection reset");
        }
    }

    /** The kernel's FIN waits on its way until the kernel has ours: they have crossed. */
    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void bothCloseAtOnce(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            interop.kernel.waitLongBeforeTimeouts();
            interop.kernel.keepTimeWait();
            Connection connection = interop.open(opener);
            long repeatedBefore = interop.kernel.counter("Tcp.RetransSegs");
            interop.kernel.hold(true);
            connection.kernel().close();
            TouHost.done(connection.tou().close());
            Interop.until("both FINs", () -> isState(interop, "CLOSING"));
            interop.kernel.hold(false);
            Interop.until("TIME-WAIT", () -> isState(interop, "TIME-WAIT"));
            assertThat(connection.tou().failures()).isEmpty();
            assertThat(interop.kernel.counter("Tcp.RetransSegs")).isEqualTo(repeatedBefore);
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void killedWhileIdle(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            interop.kernel.process().kill();
            connection.tou().await(FIN);
            TouHost.done(connection.tou().close());
            assertThat(connection.tou().failures()).isEmpty();
        }
    }

    /** It dies with text unread: the kernel resets. */
    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void killedWhileWeSend(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            connection.tou().sends(2, 64 << 20);
            Interop.until("text", () -> interop.kernel.connection().number("bytes_received") > 0);
            interop.kernel.process().kill();
            connection.tou().await("inactive");
            assertThat(connection.tou().failures()).anyMatch(words -> words.startsWith(RESET));
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, TOU", "epoll, KERNEL"})
    void killedWhileItSends(String io, Opener opener) {
        try (Interop interop = new Interop(io)) {
            Connection connection = interop.open(opener);
            connection.kernel().sends(1, 1L << 40);
            connection.tou().await("text", () -> connection.tou().received() > SIZE);
            interop.kernel.process().kill();
            // What was written still comes, then the FIN.
            connection.tou().await(FIN);
            assertThat(connection.tou().failures()).isEmpty();
            TouHost.done(connection.tou().close());
            Interop.until(
                    "the kernel forgets",
                    () -> interop.kernel.connections().stream()
                            .allMatch(left -> left.state().equals("TIME-WAIT")));
        }
    }
}
