// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.SplittableRandom;

import dev.tou.connection.AddressWords;
import dev.tou.connection.SipHash;
import io.netty.util.NetUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SynSieveTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long PORTS = 77;

    private final SynSieve sieve = new SynSieve(() -> new SipHash(1, 2));
    private final SplittableRandom random = new SplittableRandom(3);
    private final AddressWords from =
            new AddressWords().read(NetUtil.createInetAddressFromIpAddressString("192.0.2.1"));
    private long now = 5;

    private boolean passes(int seq) {
        return sieve.passes(from, PORTS, seq, now);
    }

    /** {@return how many of so many forged ones were answered, at so many a second} */
    private int flood(int count, int perSecond) {
        int passed = 0;
        for (int i = 0; i < count; i++) {
            now += SECOND / perSecond;
            passed += passes(random.nextInt()) ? 1 : 0;
        }
        return passed;
    }

    @Test
    void whatCanBeAnsweredIs() {
        assertThat(flood(30_000, SynSieve.PER_SECOND)).isEqualTo(30_000);
    }

    // Everybody comes back at once, after an outage: a second's worth is no flood.
    @Test
    void aBurstIsNoFlood() {
        int passed = 0;
        for (int i = 0; i < 2_000; i++) {
            passed += passes(random.nextInt()) ? 1 : 0;
        }
        assertThat(passed).isEqualTo(2_000);
    }

    @Test
    void beyondThatSoManyASecondAre() {
        assertThat(flood(400_000, 100_000)).isBetween(40_000, 54_000);
    }

    @Test
    void andEveryOneThatComesAgain() {
        int again = 0;
        flood(100_000, 100_000);
        for (int client = 0; client < 50; client++) {
            int seq = 1_000_000 + client;
            boolean first = passes(seq);
            flood(100_000, 100_000);
            again += first || passes(seq) ? 1 : 0;
        }
        assertThat(again).isEqualTo(50);
    }

    // One SYN, or a thousand, again and again: each is answered once a second, and all the rest is left to the others.
    @ParameterizedTest
    @ValueSource(ints = {1, 1_000})
    void aFloodThatRepeatsItselfTakesNobodysPlace(int different) {
        int passed = 0;
        int honest = 0;
        int perSecond = 200_000;
        int clients = 500;
        for (int i = 0; i < 4 * perSecond; i++) {
            now += SECOND / perSecond;
            passed += passes(i % different) ? 1 : 0;
            if (i >= perSecond && i % (perSecond / clients) == 0) {
                honest += passes(1_000_000 + i) ? 1 : 0;
            }
        }
        assertThat(honest).isEqualTo(3 * clients);
        assertThat(passed).isLessThanOrEqualTo(SynSieve.PER_SECOND * 11 / 10 + 5 * different);
    }

    @Test
    void aFloodThatRepeatsItselfIsBoundedToo() {
        int passed = 0;
        for (int i = 0; i < 800_000; i++) {
            now += SECOND / 200_000;
            passed += passes(i % 50_000) ? 1 : 0;
        }
        // Four seconds of both kinds, and what was saved before.
        assertThat(passed).isBetween(20_000, 101_000);
    }

    // Of whom the answer is lost: the next SYN of the same client comes a second later or more.
    @Test
    void whoIsAnsweredIsAnsweredAgainASecondLater() {
        flood(40_000, 100_000);
        int known = untilAnswered();
        for (int i = 0; i < 4; i++) {
            flood(100_000, 100_000);
            assertThat(passes(known)).isTrue();
            assertThat(passes(known)).as("at the same time").isFalse();
        }
    }

    private int untilAnswered() {
        int known = 424_242;
        while (!passes(known)) {
            flood(100_001, 100_000);
        }
        return known;
    }

    // Linux repeats its SYN after 1, 3, 7 and 15 seconds.
    @Test
    void theyAreRememberedForEightSeconds() {
        flood(200_000, 100_000);
        int known = notAnswered();
        flood(780_000, 100_000);
        assertThat(passes(known)).isTrue();
    }

    private int notAnswered() {
        int known = 424_242;
        while (passes(known)) {
            known++;
        }
        return known;
    }

    @Test
    void theyAreForgottenAfterAWhile() {
        flood(20_000, 1_000_000);
        int known = notAnswered();
        now += 2 * SynSieve.TURN_NANOS;
        flood(20_000, 1_000_000);
        assertThat(passes(known)).isFalse();
        assertThat(passes(known)).isTrue();
    }

    @Test
    void whenTheFloodIsOverAllAreAnsweredAgain() {
        flood(20_000, 1_000_000);
        now += 2 * SynSieve.TURN_NANOS;
        int known = 424_242;
        assertThat(passes(known)).isTrue();
        assertThat(passes(known)).isTrue();
    }
}
