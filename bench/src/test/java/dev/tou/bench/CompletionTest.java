// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The script of {@code tou completion}, run by the shell that it is for. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // who reads what a process says is not to be interrupted
class CompletionTest {

    @TempDir
    Path folder;

    private Path script(String shell) throws IOException {
        CapturedConsole tou = new CapturedConsole();
        assertThat(tou.run("completion", shell)).as(tou.err()).isZero();
        return Files.writeString(folder.resolve("completion." + shell), tou.out());
    }

    private static void need(String shell) {
        boolean there = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, shell)));
        if (!there) {
            System.out.println("no " + shell + " here; its completion is not tested");
        }
        Assumptions.assumeTrue(there, "needs " + shell);
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    /** What bash offers for the last of {@code words}. */
    private List<String> completed(String... words) throws IOException, InterruptedException {
        String typed = String.join(" ", words);
        return run(
                "bash",
                "--norc",
                "-c",
                "source " + script("bash") + "; COMP_WORDS=(" + typed + "); COMP_CWORD=" + (words.length - 1)
                        + "; COMP_LINE='" + typed + "'; COMP_POINT=${#COMP_LINE}; compopt() { :; }; _complete_tou"
                        + "; printf '%s\\n' \"${COMPREPLY[@]}\"");
    }

    @Test
    void bashReadsIt() throws Exception {
        need("bash");
        assertThat(run("bash", "-n", script("bash").toString())).isEmpty();
        assertThat(run("bash", "--norc", "-c", "source " + script("bash") + "; complete -p tou"))
                .anyMatch(line -> line.contains("_complete_tou tou"));
    }

    @Test
    void zshReadsIt() throws Exception {
        need("zsh");
        assertThat(run("zsh", "-n", script("zsh").toString())).isEmpty();
    }

    @Test
    void itCompletesCommandsAndOptions() throws Exception {
        need("bash");
        assertThat(completed("tou", "sen")).containsExactly("send");
        assertThat(completed("tou", "re")).contains("receive", "replay");
        assertThat(completed("tou", "send", "--ti")).containsExactly("--timeout");
        assertThat(completed("tou", "completion", "z")).containsExactly("zsh");
    }

    @Test
    void itCompletesNames() throws Exception {
        need("bash");
        assertThat(completed("tou", "replay", "hand")).containsExactly("handshake");
        assertThat(completed("tou", "replay", "handshake", "fast-")).containsExactly("fast-retransmit");
        assertThat(completed("tou", "impair", "--profile", "sat")).containsExactly("satellite");
        assertThat(completed("tou", "lab", "lte", "w")).containsExactly("wifi");
        assertThat(completed("tou", "help", "pi")).containsExactly("ping");
    }

    @Test
    void itCompletesFilesWhereFilesAreWanted() throws Exception {
        need("bash");
        String file = Files.writeString(folder.resolve("report.pdf"), "").toString();
        String begun = folder.resolve("rep").toString();
        assertThat(completed("tou", "send", begun)).containsExactly(file);
        assertThat(completed("tou", "send", file, begun)).containsExactly(file);
        assertThat(completed("tou", "plot", begun)).containsExactly(file);
        assertThat(completed("tou", "capture", "--read", begun)).containsExactly(file);
        assertThat(completed("tou", "receive", "--dir", begun)).containsExactly(file);
    }

    @Test
    void itKeepsQuietAboutWhatIsNotForUsers() throws Exception {
        need("bash");
        assertThat(completed("tou", "demo")).containsExactly("demo");
        assertThat(completed("tou", "send", "--")).doesNotContain("--netns-a");
    }
}
