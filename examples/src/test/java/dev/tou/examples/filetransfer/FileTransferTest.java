// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.filetransfer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

import dev.tou.examples.RunsAnExample;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class FileTransferTest extends RunsAnExample {

    @TempDir
    Path folder;

    private String port;

    @BeforeEach
    void serve() throws InterruptedException, IOException {
        Path served = Files.createDirectory(folder.resolve("served"));
        InetSocketAddress address =
                (InetSocketAddress) FileServer.start(group, 0, served).localAddress();
        port = String.valueOf(address.getPort());
    }

    private int fetch(String name, String target) {
        return run(
                new FileClient(), "--port", port, name, folder.resolve(target).toString());
    }

    @Test
    void aFileArrives() throws IOException {
        byte[] content = new byte[3_000_001];
        new SplittableRandom(1).nextBytes(content);
        Files.write(folder.resolve("served/file.bin"), content);
        assertThat(fetch("file.bin", "copy")).isZero();
        assertThat(printed).contains("3000001 bytes in");
        assertThat(folder.resolve("copy")).hasBinaryContent(content);
    }

    @Test
    void anEmptyFileArrives() throws IOException {
        Files.createFile(folder.resolve("served/empty"));
        assertThat(fetch("empty", "copy")).isZero();
        assertThat(folder.resolve("copy")).isEmptyFile();
    }

    @Test
    void otherFilesAreNotServed() throws IOException {
        Files.writeString(folder.resolve("secret"), "secret");
        assertThat(fetch("../secret", "copy")).isEqualTo(1);
        assertThat(fetch("none", "copy")).isEqualTo(1);
        assertThat(folder.toFile().list()).as("nothing is left behind").containsExactlyInAnyOrder("served", "secret");
    }

    @Test
    void aFailureLeavesWhatWasThere() throws IOException {
        Files.writeString(folder.resolve("copy"), "mine");
        assertThat(fetch("none", "copy")).isEqualTo(1);
        assertThat(folder.resolve("copy")).hasContent("mine");
    }

    @Test
    void aPortInUseIsASentence() {
        assertThat(run(new FileServer(), "--port", port)).isEqualTo(1);
        assertThat(complained.strip()).hasLineCount(1).contains("already in use");
    }
}
