// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.ExitCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class LabCommandTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            USAGE      | lab ltr                    | There is no link "ltr"; did you mean lte? There are lan, wifi
            USAGE      | lab --duration 10ms        | --duration is too short
            USAGE      | lab --rate 0               | --rate is 0
            USAGE      | lab --impair tc            | is none of these: relay, netem
            USAGE      | lab blackhole --impair netem | netem cannot make blackhole: netem does not drop by size; a link with an mtu
            UNREADABLE | lab --file no-such.yml     | There is no file no-such.yml
            """)
    void whatIsWrongIsSaid(ExitCode exit, String args, String sentence) {
        CapturedConsole tou = new CapturedConsole();
        assertThat(tou.run(args.split(" +"))).as(tou.err()).isEqualTo(exit.code());
        assertThat(tou.err()).startsWith("tou: ").contains(sentence).hasLineCount(1);
    }
}
