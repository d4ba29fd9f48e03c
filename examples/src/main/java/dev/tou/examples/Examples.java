// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples;

import dev.tou.examples.echo.EchoClient;
import dev.tou.examples.echo.EchoServer;
import dev.tou.examples.filetransfer.FileClient;
import dev.tou.examples.filetransfer.FileServer;
import dev.tou.examples.grpc.GrpcClient;
import dev.tou.examples.grpc.GrpcServer;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What {@code java -jar examples.jar} runs: the examples, by name. Each has a main of its own, too. */
@Command(
        name = "java -jar examples.jar",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "EXAMPLE",
        description = "Small programs to copy from.",
        subcommands = {
            EchoServer.class,
            EchoClient.class,
            FileServer.class,
            FileClient.class,
            GrpcServer.class,
            GrpcClient.class
        })
public final class Examples implements Runnable {

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Examples()).execute(args));
    }
}
