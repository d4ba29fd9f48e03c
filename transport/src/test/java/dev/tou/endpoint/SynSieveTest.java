// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.SplittableRandom;

import dev.tou.connection.AddressWords;
import dev.tou.connection.SipHash;
import io.netty.util.NetUtil;
import org.junit.jupiter.api.Test;

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

    @Test
    void beyondThatSoManyASecondAre() {
        assertThat(flood(200_000, 100_000)).isBetween(20_000, 24_000);
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

    @Test
    void aFloodThatRepeatsItselfIsBoundedToo() {
        int passed = 0;
        for (int i = 0; i < 200_000; i++) {
            now += SECOND / 100_000;
            passed += passes(i % 1000) ? 1 : 0;
        }
        assertThat(passed).isBetween(36_000, 41_000);
    }

    @Test
    void theyAreForgottenAfterAWhile() {
        flood(1_000, 100_000);
        int known = 424_242;
        while (passes(known)) {
            flood(10, 100_000);
        }
        now += 2 * SynSieve.TURN_NANOS;
        flood(1_000, 1_000_000);
        assertThat(passes(known)).isFalse();
        assertThat(passes(known)).isTrue();
    }
}
