// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.connection.AddressWords;
import dev.tou.connection.ConnectionOptions;
import dev.tou.connection.NegotiatedOptions;
import dev.tou.connection.SipHash;
import dev.tou.endpoint.SynCookies.Verdict;
import dev.tou.segment.ControlBits;
import dev.tou.segment.Segment;
import dev.tou.segment.SegmentOptions;
import dev.tou.timing.TimerWheel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.NetUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SynCookiesTest {

    private static final int MTU = 1500;
    private static final int PEER_ISS = -3;
    private static final long PORTS = 0x1F90_C000_1F90_9C40L;
    private static final int CLOCK = 5_000;

    private final SplittableRandom random = new SplittableRandom(42);
    private final AtomicInteger keysMade = new AtomicInteger();
    private final SynCookies cookies = new SynCookies(this::newKey, new TimerWheel(new EmbeddedChannel().eventLoop()));
    private final AddressWords from = address("192.0.2.1");
    private final ConnectionOptions own = new ConnectionOptions();
    private final SegmentOptions remembered = new SegmentOptions();

    private SipHash newKey() {
        keysMade.incrementAndGet();
        return new SipHash(random.nextLong(), random.nextLong());
    }

    private static AddressWords address(String text) {
        return new AddressWords().read(NetUtil.createInetAddressFromIpAddressString(text));
    }

    private NegotiatedOptions nothingAgreed() {
        return new NegotiatedOptions(own, false, MTU);
    }

    private int make(Segment syn, long nowNanos) {
        NegotiatedOptions agreed = nothingAgreed();
        agreed.accept(syn.options());
        return cookies.make(from, PORTS, syn, agreed, nowNanos);
    }

    private Verdict check(AddressWords sender, long ports, int seq, int cookie, boolean timestamps, long nowNanos) {
        Segment ack = new Segment().header(40_000, 8080, seq, cookie + 1, ControlBits.ACK, 1000);
        if (timestamps) {
            ack.options().timestamps(77, CLOCK - 100);
        }
        return cookies.check(sender, ports, ack, nothingAgreed(), remembered, CLOCK, nowNanos);
    }

    private Verdict check(int cookie, boolean timestamps) {
        return check(from, PORTS, PEER_ISS + 1, cookie, timestamps, 0);
    }

    private static Segment syn() {
        return new Segment().header(40_000, 8080, PEER_ISS, 0, ControlBits.SYN, 1000);
    }

    @Test
    void everyScaleAndSackAndTimestampsAreRemembered() {
        for (int scale = -1; scale <= 14; scale++) {
            for (boolean sack : new boolean[] {false, true}) {
                for (boolean timestamps : new boolean[] {false, true}) {
                    Segment syn = syn();
                    if (scale >= 0) {
                        syn.options().windowScale(scale);
                    }
                    if (sack) {
                        syn.options().sackPermitted();
                    }
                    if (timestamps) {
                        syn.options().timestamps(1, 0);
                    }
                    assertThat(check(make(syn, 0), timestamps)).isEqualTo(Verdict.GOOD);
                    assertThat(remembered.has(SegmentOptions.WINDOW_SCALE)).isEqualTo(scale >= 0);
                    if (scale >= 0) {
                        assertThat(remembered.windowScale()).isEqualTo(scale);
                    }
                    assertThat(remembered.has(SegmentOptions.SACK_PERMITTED)).isEqualTo(sack);
                    assertThat(remembered.has(SegmentOptions.TIMESTAMPS)).isEqualTo(timestamps);
                }
            }
        }
        assertThat(cookies.sent()).isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 536",
        "536, 536",
        "1179, 536",
        "1180, 1180",
        "1220, 1212",
        "1431, 1360",
        "1432, 1432",
        "1452, 1452",
        "1460, 1452",
        "8952, 8932",
        "65487, 65467",
        "65535, 65467"
    })
    void theSegmentSizeIsTheNextOfEight(int told, int used) {
        Segment syn = syn();
        syn.options().mss(told);
        assertThat(check(make(syn, 0), false)).isEqualTo(Verdict.GOOD);
        assertThat(remembered.mss()).isEqualTo(used);
    }

    @Test
    void itBelongsToOneAddressAllPortsAndOneSequenceNumber() {
        int cookie = make(syn(), 0);
        assertThat(check(address("192.0.2.2"), PORTS, PEER_ISS + 1, cookie, false, 0))
                .isEqualTo(Verdict.BAD);
        assertThat(check(address("2001:db8::1"), PORTS, PEER_ISS + 1, cookie, false, 0))
                .isEqualTo(Verdict.BAD);
        for (int port = 0; port < 4; port++) {
            long other = PORTS ^ 1L << 16 * port;
            assertThat(check(from, other, PEER_ISS + 1, cookie, false, 0)).isEqualTo(Verdict.BAD);
        }
        assertThat(check(from, PORTS, PEER_ISS, cookie, false, 0)).isEqualTo(Verdict.BAD);
        assertThat(check(from, PORTS, PEER_ISS + 1, cookie, false, 0)).isEqualTo(Verdict.GOOD);
    }

    @Test
    void everyBitCounts() {
        int cookie = make(syn(), 0);
        for (int bit = 0; bit < 32; bit++) {
            assertThat(check(cookie ^ 1 << bit, false)).as("bit %d", bit).isEqualTo(Verdict.BAD);
        }
    }

    /** One seed in twenty has a right one; this has none. */
    @Test
    void guessesAreWrong() {
        make(syn(), 0);
        int right = 0;
        for (int i = 0; i < 400_000; i++) {
            right += check(random.nextInt(), false) == Verdict.GOOD ? 1 : 0;
        }
        assertThat(right).isZero();
    }

    @Test
    void whoChangesTheirOptionsDoesNotBelieveOldCookies() {
        Segment syn = syn();
        syn.options().windowScale(7);
        syn.options().timestamps(1, 0);
        int cookie = make(syn, 0);
        own.receiveBufferBytes(4000);
        assertThat(check(cookie, true)).as("another scale").isEqualTo(Verdict.EARLY);
        own.receiveBufferBytes(0);
        own.timestamps(false);
        assertThat(check(cookie, true)).isEqualTo(Verdict.EARLY);
        own.timestamps(true);
        own.windowScaling(false);
        assertThat(check(cookie, true)).isEqualTo(Verdict.EARLY);
        own.windowScaling(true);
        assertThat(check(cookie, true)).isEqualTo(Verdict.GOOD);
    }

    @Test
    void aKeyLivesTwiceItsTime() {
        long life = SynCookies.KEY_LIFE_NANOS;
        assertThat(cookies.areOut(0)).isFalse();
        int first = make(syn(), 0);
        int last = make(syn(), life - 1);
        assertThat(last).isEqualTo(first);
        assertThat(keysMade).hasValue(1);
        int next = make(syn(), life);
        assertThat(keysMade).hasValue(2);
        assertThat(next).isNotEqualTo(first);
        assertThat(check(from, PORTS, PEER_ISS + 1, first, false, 2 * life - 1)).isEqualTo(Verdict.GOOD);
        assertThat(check(from, PORTS, PEER_ISS + 1, first, false, 2 * life)).isEqualTo(Verdict.BAD);
        assertThat(check(from, PORTS, PEER_ISS + 1, next, false, 2 * life)).isEqualTo(Verdict.GOOD);
        assertThat(cookies.areOut(3 * life - 1)).isTrue();
        assertThat(cookies.areOut(3 * life)).isFalse();
        make(syn(), 10 * life);
        assertThat(check(from, PORTS, PEER_ISS + 1, next, false, 10 * life)).isEqualTo(Verdict.BAD);
    }

    /** What an observer sees of cookies for one peer says little about the next. */
    @Test
    void theyAreSpreadOverAllNumbers() {
        Set<Integer> different = new HashSet<>();
        int[] ones = new int[32];
        int count = 20_000;
        for (int i = 0; i < count; i++) {
            Segment syn = new Segment().header(40_000, 8080, i, 0, ControlBits.SYN, 1000);
            int cookie = make(syn, 0);
            different.add(cookie);
            for (int bit = 0; bit < 32; bit++) {
                ones[bit] += cookie >>> bit & 1;
            }
        }
        // Of 23 bits, 24 pairs are to be expected.
        assertThat(different).hasSizeGreaterThan(count - 60);
        for (int bit = 1; bit < 32; bit++) {
            assertThat(ones[bit]).as("bit %d", bit).isBetween(count / 2 - 500, count / 2 + 500);
        }
    }
}
