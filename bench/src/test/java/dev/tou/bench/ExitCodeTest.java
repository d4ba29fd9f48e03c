// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each way to fail that needs only one end: its number, and its one sentence. */
class ExitCodeTest {

    @TempDir
    Path folder;

    private final CapturedConsole tou = new CapturedConsole();

    private void fails(ExitCode expected, String sentence, String... args) {
        assertThat(tou.run(args)).as(tou.err()).isEqualTo(expected.code());
        assertThat(tou.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
        assertThat(tou.out()).isEmpty();
    }

    private String file() throws IOException {
        return Files.writeString(folder.resolve("file.txt"), "hello").toString();
    }

    @Test
    void numbersAreTheDocumentedOnes() {
        assertThat(ExitCode.values())
                .extracting(ExitCode::code)
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 130, 141, 143);
        assertThat(ExitCode.of(5)).isEqualTo(ExitCode.INTEGRITY);
        assertThat(ExitCode.of(77)).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void nothingToDo() {
        fails(ExitCode.USAGE, "Say what to do");
    }

    @Test
    void unknownOption() {
        fails(ExitCode.USAGE, "There is no option --fast; try \"tou send --help\".", "send", "--fast", "a", "b:1");
    }

    @Test
    void unknownCommand() {
        fails(ExitCode.USAGE, "There is no command \"sned\"; did you mean \"tou send\"?", "sned");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            send a                                  | HOST:PORT is missing; try "tou send --help".
            send                                    | FILE and HOST:PORT are missing; try "tou send --help".
            send b:1                                | FILE is missing
            send a b:1 c                            | "c" is not HOST:PORT; write it like
            send b:1 a                              | HOST:PORT comes last, behind the files; try "tou send --help".
            perf h                                  | "h" is one argument too many; did you mean "tou perf -c h"?
            perf -s 7000                            | "7000" is one argument too many; did you mean "tou perf -s -p 7000"?
            perf -c h 7000                          | "7000" is one argument too many; did you mean "tou perf -c h -p 7000"?
            receive 7000                            | "7000" is one argument too many; did you mean "tou receive --port 7000"?
            receive inbox                           | "inbox" is one argument too many; did you mean "tou receive --dir inbox"?
            receive h:7000                          | "h:7000" is one argument too many; did you mean "tou send FILE h:7000"?
            doctor now                              | "now" is one argument too many; try "tou doctor --help".
            send a b b:1 --name c                   | --name is for one file, and these are 2. Try "tou send --help".
            send a b:1 --timout 5s                  | There is no option --timout; did you mean --timeout? Try "tou
            send a b:1 --timeout                    | --timeout is missing
            send a b:1 --timeout 5s --timeout 6s    | --timeout is there twice
            send a b:1 --timeout soon               | --timeout: "soon" is not a duration; write it like 5ms
            send a b:1 --timeout 5                  | --timeout: "5" is not a duration, for it has no unit; write it like 5s or 5ms; try "tou send
            impair --listen 0 --to h:1 --loss 2     | loss: "2" is more than 100%; write it like 2%. Try "tou impair --help".
            send a b:1 --timeout 0s                 | --timeout is 0; give a time. Try "tou send --help".
            receive --timeout 0s                    | --timeout is 0; give a time. Try "tou receive --help".
            ping h:1 --timeout 0ms                  | --timeout is 0; give a time. Try "tou ping --help".
            ping --serve 99999                      | "99999" is not a port; give a number from 0 to 65535
            receive --port 0 --timeout .5           | --timeout: ".5" is not a duration
            ping h:1 --rate abc                     | --rate: "abc" is not a whole number, or too large
            ping h:1 --baseline udp                 | --baseline: "udp" is none of these: tcp
            ping --rat 5 h:1                        | There is no option --rat
            bench sprint                            | WORKLOAD: "sprint" is none of these: bulk, pingpong, connect
            perf -x 3 -c h                          | There is no option -x; try "tou perf --help".
            perf -r -c h                            | There is no option -r; did you mean -R? Try "tou perf --help".
            ping -x h:1                             | There is no option -x; try "tou ping --help".
            ping -x 3 h:1                           | There is no option -x; try "tou ping --help".
            ping -t3 h:1                            | There is no option -t3; try "tou ping --help".
            ping -j h:1                             | There is no option -j; did you mean -J?
            ping -warmpu 5s h:1                     | There is no option -warmpu; did you mean --warmup?
            ping --RATE 5 h:1                       | There is no option --RATE; did you mean --rate?
            send --resum a b:1                      | There is no option --resum; that is done anyway, unless you say --no-resume; try "tou send
            send --resume a b:1                     | There is no option --resume; that is done anyway, unless you say --no-resume; try "tou send
            lab --build                             | There is no option --build; that is done anyway, unless you say --no-build; try "tou lab
            impair --to h:1                         | --listen is missing
            impair                                  | --listen and --to are missing; try "tou impair --help".
            replay --capture x                      | --capture needs a scenario; "tou replay --list" shows them all.
            replay --page x                         | --page needs a scenario; "tou replay --list" shows them all.
            replay handshake --list --page x        | --list plays nothing that --page could be of; leave one out.
            receive --port -1                       | -1 is not a port; give a number from 0 to 65535. Try "tou receive --help".
            impair --listen 0 --to h:1 --delay 20   | delay: "20" is not a duration
            """)
    void misuseIsSaidInTheUsersWords(String args, String sentence) {
        fails(ExitCode.USAGE, sentence, args.split(" +"));
    }

    @Test
    void malformedAddress() {
        fails(ExitCode.USAGE, "not HOST:PORT", "send", "a", "b");
    }

    @Test
    void malformedDuration() {
        fails(ExitCode.USAGE, "write it like 5ms", "send", "--timeout", "soon", "a", "b:1");
    }

    @Test
    void unknownHost() throws IOException {
        fails(
                ExitCode.UNKNOWN_HOST,
                "No host is called \"no-such-host.invalid\"",
                "send",
                file(),
                "no-such-host.invalid:9700");
    }

    @Test
    void refusedConnection() throws IOException {
        try (ClosedPort nobody = ClosedPort.take()) {
            fails(ExitCode.REFUSED, nobody.target() + " refused the connection", "send", file(), nobody.target());
        }
    }

    @Test
    void missingFile() {
        fails(
                ExitCode.UNREADABLE,
                "There is no file",
                "send",
                folder.resolve("none").toString(),
                "127.0.0.1:9");
    }

    @Test
    void unreadableFile() {
        fails(ExitCode.UNREADABLE, "is a folder", "send", folder.toString(), "127.0.0.1:9");
    }

    @Test
    void fileWithoutASize() {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/zero")));
        fails(ExitCode.UNREADABLE, "no regular file", "send", "/dev/zero", "127.0.0.1:9");
    }

    @Test
    void missingFileOfTheDemo() {
        assertThat(tou.run("demo", "--file", folder.resolve("none").toString(), "--out", folder.toString()))
                .isEqualTo(ExitCode.UNREADABLE.code());
        assertThat(tou.err()).contains("There is no file").hasLineCount(1);
    }

    @Test
    void portInUse() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (PortInUse used = PortInUse.on(new InetSocketAddress(loopback, 0))) {
            String port = String.valueOf(used.port());
            fails(
                    ExitCode.CANNOT_LISTEN,
                    "Port " + port + " is in use",
                    "receive",
                    "--bind",
                    "127.0.0.1",
                    "--port",
                    port);
        }
    }

    @Test
    void foreignAddress() {
        fails(
                ExitCode.CANNOT_LISTEN,
                "not an address of this machine",
                "receive",
                "--bind",
                "192.0.2.77",
                "--port",
                "0");
    }

    @Test
    void unknownAddressToListenOn() {
        fails(ExitCode.UNKNOWN_HOST, "No host is called", "receive", "--bind", "no-such-host.invalid", "--port", "0");
    }

    @Test
    void portOutOfRange() {
        fails(ExitCode.USAGE, "99999 is not a port", "receive", "--port", "99999");
    }

    /** What the documentation says to type works where nobody has made the folder. */
    @Test
    void theFolderForWhatComesIsMade() {
        Path inbox = folder.resolve("for").resolve("inbox");
        fails(
                ExitCode.UNKNOWN_HOST,
                "No host is called",
                "receive",
                "--bind",
                "no-such-host.invalid",
                "--dir",
                inbox.toString());
        assertThat(inbox).isEmptyDirectory();
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("in-the-way"));
        fails(
                ExitCode.UNWRITABLE,
                file + " is a file and no folder; choose another one.",
                "receive",
                "--dir",
                file.toString());
    }

    @Test
    void theFileToReceiveIsThereAlready() throws IOException {
        String file = file();
        fails(
                ExitCode.EXISTS,
                "is there already and was left as it is; receive with --force",
                "receive",
                "--output",
                file);
    }

    @Test
    void twoDestinations() {
        fails(ExitCode.USAGE, "not both", "receive", "--dir", folder.toString(), "--output", "x");
    }

    @Test
    void impossibleLink() {
        fails(ExitCode.USAGE, "more than 100%", "demo", "--loss", "300%", "--out", folder.toString());
    }

    @Test
    void aFileWhereAFolderIsNeeded() throws IOException {
        String file = Files.createFile(folder.resolve("taken")).toString();
        fails(ExitCode.UNWRITABLE, file + " is a file and no folder; choose another one.", "demo", "--out", file);
    }

    /** A system may say "no such file" of what cannot be made in a folder that is there; /proc does. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            demo --out /proc/x                                | The folder /proc is there, but x cannot be made in it
            demo --out /proc/x/y                              | The folder /proc is there, but x/y cannot be made in it
            receive --dir /proc/x                             | The folder /proc is there, but x cannot be made in it
            lab --file FILE --out /proc/x                     | The folder /proc is there, but x cannot be made in it
            bench --output /proc/x                            | The folder /proc is there, but x cannot be made in it
            receive --port 0 --trace /proc/x --once           | The folder /proc is there, but x cannot be made in it
            receive --port 0 --capture /proc/x --once         | The folder /proc is there, but x cannot be made in it
            capture -w /proc/x --listen 0 --to 127.0.0.1:9    | The folder /proc is there, but x cannot be made in it
            receive --port 0 --capture FILE/x --once          | FILE is a file and no folder; choose another one.
            demo --out FILE/x                                 | FILE is a file and no folder; choose another one.
            receive --output FILE/x                           | FILE is a file and no folder; choose another one.
            receive --output FOLDER/no/x                      | There is no folder FOLDER/no; create it, or choose another
            receive --port 0 --trace FOLDER/no/x --once       | There is no folder FOLDER/no; create it, or choose another
            receive --port 0 --capture FOLDER/no/x --once     | There is no folder FOLDER/no; create it, or choose another
            capture -w FOLDER/no/x --listen 0 --to 127.0.0.1:9 | There is no folder FOLDER/no; create it, or choose another
            ping 127.0.0.1:9 --hlog FOLDER/no/x               | There is no folder FOLDER/no; create it, or choose another
            replay handshake --capture FOLDER/no/x            | There is no folder FOLDER/no; create it, or choose another
            replay handshake --page FOLDER/no/x               | There is no folder FOLDER/no; create it, or choose another
            bench connect --rounds 1 --jfr FOLDER/no/x        | There is no folder FOLDER/no; create it, or choose another
            receive --port 0 --trace / --once                 | / is a folder; name a file.
            receive --port 0 --capture FOLDER --once          | FOLDER is a folder; name a file.
            capture -w / --listen 0 --to 127.0.0.1:9          | / is a folder; name a file.
            ping 127.0.0.1:9 --hlog /                         | / is a folder; name a file.
            replay handshake --capture /                      | / is a folder; name a file.
            replay handshake --page /                         | / is a folder; name a file.
            bench --jfr /                                     | / is a folder; name a file.
            """)
    void whatIsInTheWayIsNamed(String args, String sentence) throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc")), "needs a /proc");
        String file = file();
        String typed = args.replace("FILE", file).replace("FOLDER", folder.toString());
        int exit = tou.run(typed.split(" +"));
        assertThat(exit).as(tou.err()).isEqualTo(ExitCode.UNWRITABLE.code());
        assertThat(tou.err())
                .startsWith("tou: ")
                .contains(sentence.replace("FILE", file).replace("FOLDER", folder.toString()))
                .hasLineCount(1);
    }

    @Test
    void aRecordingThatIsNotThere() {
        String none = folder.resolve("none.jfr").toString();
        fails(ExitCode.UNREADABLE, "There is no file " + none + "; check the path.", "bench", "--allocations", none);
    }

    /** Whoever waits two hours for a page hears at once that there is no place for it. */
    @Test
    void aPageWithoutAPlaceIsSaidBeforeAnythingIsPlayed() throws IOException {
        String none = folder.resolve("none").resolve("x.html").toString();
        fails(ExitCode.UNWRITABLE, "There is no folder", "replay", "handshake", "--page", none);
    }

    @Test
    void helpAndVersionAreNoFailures() {
        assertThat(tou.run("--help")).isZero();
        assertThat(tou.out()).contains("Exit codes:").contains("130").contains("tou receive --dir inbox");
        assertThat(tou.run("receive", "--help")).isZero();
        assertThat(tou.out()).contains("--force").endsWith("\n\"tou --help\" lists the exit codes.\n");
        assertThat(tou.run("--version")).isZero();
        assertThat(tou.err()).isEmpty();
    }
}
