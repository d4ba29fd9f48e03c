// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** What the tests of examples share: loops for the server, and the client's command line with what it prints. */
@Timeout(180)
public abstract class RunsAnExample {

    protected final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @AfterEach
    void end() {
        group.shutdownGracefully(50, 5_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }

    /** What the command printed. */
    protected String printed;

    /** What it printed on standard error. */
    protected String complained;

    /** Runs a command as its {@code main} would, and returns its exit code. */
    protected int run(Object command, String... args) {
        return run(() -> new CommandLine(command), args);
    }

    /** Runs a command line that is made once its output is caught, and returns its exit code. */
    protected int run(Supplier<CommandLine> commandLine, String... args) {
        PrintStream before = System.out;
        PrintStream beforeErr = System.err;
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            return commandLine.get().execute(args);
        } finally {
            System.setOut(before);
            System.setErr(beforeErr);
            complained = err.toString(StandardCharsets.UTF_8);
            printed = out.toString(StandardCharsets.UTF_8);
        }
    }
}
