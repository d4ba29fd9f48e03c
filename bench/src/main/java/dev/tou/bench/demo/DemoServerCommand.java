// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.file.FileReceiver;
import dev.tou.bench.file.ReceiveListener;
import dev.tou.bench.file.Reception;
import dev.tou.bench.file.Sha256;
import dev.tou.bench.file.TransferProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The server process of the demo. Ends when its standard input does, so that it cannot outlive the demo. */
@Command(name = "demo-server", hidden = true, description = "The server process of \"tou demo\".")
public final class DemoServerCommand implements Callable<Integer>, ReceiveListener {

    @Option(names = "--dir", required = true)
    private Path folder;

    @Mixin
    private CommonOptions common;

    private JsonLines lines;

    @Override
    public Integer call() throws IOException {
        lines = common.lines();
        Reception files = Reception.into(folder, Duration.ofSeconds(30), this);
        InetSocketAddress loopback = new InetSocketAddress("127.0.0.1", 0);
        try (FileReceiver receiver = FileReceiver.listen(
                        common.io(), loopback, channel -> channel.pipeline().addLast(new ServiceSelector(files)));
                Interruption hook = Interruption.onInterrupt(files::suspendUnfinished)) {
            assert hook != null;
            lines.emit("listening", JsonLines.fields("port", receiver.address().getPort()));
            System.in.transferTo(OutputStream.nullOutputStream());
        } finally {
            files.suspendUnfinished();
        }
        return ExitCode.DONE.code();
    }

    @Override
    public void onBegin(TransferProgress transfer) {
        lines.emit("receiving", JsonLines.fields("name", transfer.name(), "size", transfer.size()));
    }

    @Override
    public void onKept(TransferProgress transfer, Path file, Sha256 digest) {
        lines.emit("received", JsonLines.fields("file", file.toString(), "sha256", digest.hex()));
    }

    @Override
    public void onFailed(HostAndPort peer, Failure failure) {
        lines.emit("failed", JsonLines.failed(failure.exit(), failure.getMessage()));
    }

    @Override
    public void onRejected(HostAndPort peer, Failure failure) {
        onFailed(peer, failure);
    }
}
