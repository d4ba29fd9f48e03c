// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.List;
import java.util.stream.Stream;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever knows iperf3 is told of every option of it what it is here. */
class IperfOptionsTest {

    /** What "iperf3 --help" of 3.12 lists, and what has come since. */
    private static final List<String> OF_IPERF3 = List.of(
            ("-p --port -f --format -i --interval -I --pidfile -F --file -A --affinity -B --bind --bind-dev -V --verbose -J --json "
                            + "--logfile --forceflush --timestamps --rcv-timeout --snd-timeout -d --debug -v --version -h --help -s --server "
                            + "-D --daemon -1 --one-off --server-bitrate-limit --idle-timeout --rsa-private-key-path "
                            + "--authorized-users-path --time-skew-threshold -c --client --sctp -X --xbind --nstreams -u --udp "
                            + "--connect-timeout -b --bitrate --pacing-timer --fq-rate -t --time -n --bytes -k --blockcount -l --length "
                            + "--cport -P --parallel -R --reverse --bidir -w --window -C --congestion -M --set-mss -N --no-delay "
                            + "-4 --version4 -6 --version6 -S --tos --dscp -L --flowlabel -Z --zerocopy -O --omit -T --title --extra-data "
                            + "--get-server-output --udp-counters-64bit --repeating-payload --dont-fragment --username "
                            + "--rsa-public-key-path -m --mptcp --json-stream --skip-rx-copy --server-max-duration --use-pkcs1-padding "
                            + "--cntl-ka --gsro --json-stream-full-output")
                    .split(" "));

    private final CapturedConsole tou = new CapturedConsole();

    private static CommandSpec perf() {
        return new CommandLine(new PerfCommand()).getCommandSpec();
    }

    static Stream<String> withoutCounterpart() {
        return OF_IPERF3.stream().filter(option -> perf().findOption(option) == null);
    }

    @ParameterizedTest
    @MethodSource("withoutCounterpart")
    void eachThatIsNotThereSaysWhyOrWhatToDo(String option) {
        assertThat(tou.run("perf", "-c", "127.0.0.1", option, "7")).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err())
                .startsWith("tou: iperf3's " + option + " is not supported: ")
                .doesNotContain("did you mean")
                .hasLineCount(1);
        assertThat(tou.out()).isEmpty();
    }

    @Test
    void someAreThere() {
        assertThat(withoutCounterpart())
                .contains("-u", "-Z", "-A", "-b", "-F", "-S", "-L", "--logfile")
                .doesNotContain("-4", "-6", "-R", "-J", "--bidir", "--json-stream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-uR", "-Ru", "-u7", "--udp=yes"})
    void theyAreKnownInAllTheirShapes(String option) {
        assertThat(tou.run("perf", "-c", "127.0.0.1", option)).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err()).contains("iperf3's -").contains("speaks TCP only");
    }

    /** A long option with one dash too few is no row of letters. */
    @ParameterizedTest
    @ValueSource(strings = {"-reverse", "-baseline", "-version4"})
    void aMisspeltOptionOfOursIsNotTakenForOneOfIperf(String option) {
        assertThat(tou.run("perf", "-c", "127.0.0.1", option)).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err()).startsWith("tou: There is no option " + option + "; did you mean -" + option + "?");
    }

    /** Only of the command that is like iperf3. */
    @Test
    void otherCommandsDoNotSpeakOfIperf() {
        assertThat(tou.run("ping", "-u", "127.0.0.1")).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err()).doesNotContain("iperf3");
    }
}
