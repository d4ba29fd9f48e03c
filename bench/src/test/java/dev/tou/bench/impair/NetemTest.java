// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.tou.bench.Requirements;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NetemTest {

    private static String netem(String link) {
        return Netem.arguments(ImpairmentProfile.parse(link));
    }

    @Test
    void everyFigureThatItHas() {
        assertThat(netem("")).isEqualTo("delay 0us limit 10000");
        assertThat(netem("delay=5ms,loss=1%,corrupt=2%,duplicate=3%,reorder=4%"))
                .isEqualTo("delay 5000us loss 1% corrupt 2% duplicate 3% reorder 4% limit 10000");
        assertThat(netem("burst-loss=50%/4,loss=1%")).isEqualTo("delay 0us loss gemodel 25% 25% 100% 1% limit 10000");
    }

    /** From 5 to 7 ms here is 6 ms to both sides there. */
    @Test
    void jitterIsToBothSides() {
        assertThat(netem("delay=5ms,jitter=2ms")).startsWith("delay 6000us 1000us ");
    }

    /** 12 Mbit/s are 1000 packets a second: 10 ms of them are 10, and 15000 bytes 10 more. */
    @Test
    void theQueueHoldsWhatIsDelayed() {
        assertThat(netem("rate=12mbit,delay=10ms,queue=15000")).isEqualTo("delay 10000us rate 12000000bit limit 20");
    }

    /** It reads the whole line before it looks for the device, so that no kernel with netem, and no right, is needed. */
    @Test
    void tcUnderstandsEveryLinkThatHasAName() throws IOException, InterruptedException {
        String tc = Requirements.program("tc").toString();
        for (NamedLink link : LinkFile.builtIn().links()) {
            if (link.lackedByNetem() == null) {
                for (ImpairmentProfile way : List.of(link.toServer(), link.toClient())) {
                    String words = Netem.arguments(way);
                    assertThat(said(tc, words)).as(words).isEqualTo("Cannot find device \"no-such-link\"");
                }
            }
        }
        assertThat(said(tc, "delay 1us dealy 1us")).contains("dealy");
        assertThat(LinkFile.builtIn().links())
                .filteredOn(link -> link.lackedByNetem() != null)
                .extracting(NamedLink::name)
                .containsExactly("blackhole");
    }

    private static String said(String tc, String words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tc, "qdisc", "add", "dev", "no-such-link", "root", "netem"));
        command.addAll(List.of(words.split(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    @Test
    void whatItHasNot() {
        assertThatThrownBy(() -> netem("mtu=1400")).hasMessageContaining("takes the relay");
        assertThatThrownBy(() -> netem("corrupt-undetected=1%")).hasMessageContaining("takes the relay");
        assertThatThrownBy(() -> netem("reorder=1%")).hasMessageContaining("needs a delay");
    }
}
