// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.JsonLines;
import io.netty.channel.Channel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The server process of some scenarios. Ends when its standard input does, so that it cannot outlive the replay. */
@Command(name = "replay-server", hidden = true, description = "The server process of \"tou replay\".")
public final class ReplayServerCommand implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "0")
    private int port;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException, InterruptedException {
        JsonLines lines = common.lines();
        WarmUp.on(common.io(), new JsonPage(lines.unheard()));
        try (Stage stage = new Stage(common.io(), new JsonPage(lines), true)) {
            Channel listener = stage.bind(port, bootstrap -> {});
            int chosen = ((InetSocketAddress) listener.localAddress()).getPort();
            lines.emit("listening", JsonLines.fields("port", chosen));
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        return ExitCode.DONE.code();
    }
}
