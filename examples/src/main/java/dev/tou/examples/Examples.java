// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples;

import dev.tou.examples.echo.EchoClient;
import dev.tou.examples.echo.EchoServer;
import dev.tou.examples.filetransfer.FileClient;
import dev.tou.examples.filetransfer.FileServer;
import dev.tou.examples.grpc.GrpcClient;
import dev.tou.examples.grpc.GrpcServer;
import dev.tou.examples.halfclose.HalfCloseClient;
import dev.tou.examples.halfclose.HalfCloseServer;
import dev.tou.examples.http2.Http2Client;
import dev.tou.examples.http2.Http2Server;
import dev.tou.examples.https.HttpsClient;
import dev.tou.examples.https.HttpsServer;
import dev.tou.examples.wire.WireClient;
import dev.tou.examples.wire.WireServer;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What {@code java -jar examples.jar} runs: the examples, by name. Each has a main of its own, too. */
@Command(
        name = "java -jar examples.jar",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "EXAMPLE",
        description = "Small programs to copy from. Start a server, and in a second terminal its client.",
        subcommands = {
            EchoServer.class,
            EchoClient.class,
            HalfCloseServer.class,
            HalfCloseClient.class,
            FileServer.class,
            FileClient.class,
            HttpsServer.class,
            HttpsClient.class,
            Http2Server.class,
            Http2Client.class,
            GrpcServer.class,
            GrpcClient.class,
            WireServer.class,
            WireClient.class
        },
        footer = {"", "Each tells with --help what it takes, and examples/README.md what it shows."})
public final class Examples implements Runnable {

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /** {@return the command line of all examples} */
    static CommandLine commandLine() {
        CommandLine all = new CommandLine(new Examples());
        String version = Examples.class.getPackage().getImplementationVersion();
        String[] words = {"tou examples " + (version == null ? "(not packaged)" : version)};
        all.getCommandSpec().version(words);
        all.getSubcommands()
                .values()
                .forEach(example -> example.getCommandSpec().version(words));
        return all;
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }
}
