// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.tou.simulation.Errno;
import dev.tou.simulation.LinkProfile;
import dev.tou.simulation.SendFault;
import dev.tou.telemetry.Limit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A socket may refuse what it is given: a packet filter (EPERM), a full queue (ENOBUFS), a route that is gone (EHOSTUNREACH). It is
 * asked again soon, then more and more seldom up to the retransmission timeout, and nothing is blamed on the path.
 */
class RefusedSendsTest extends ScenarioTest {

    private static final Duration WAY = Duration.ofMillis(10);
    private static final double MILLI = 1e6;
    private static final int HEADER_BYTES = 60;

    private final List<Double> asked = new ArrayList<>();

    private ConnectedScenario connected() {
        return new ConnectedScenario(
                scenario(1).path(LinkProfile.IDEAL.delay(WAY).rate(50_000_000, 1_000_000)));
    }

    /** Refuses text, and writes down when it was asked to send it. */
    private void refuseFor(ConnectedScenario c, Duration length, Errno errno) {
        c.scenario().clientSendFault((random, recipient, bytes, segments) -> {
            if (bytes > HEADER_BYTES) {
                asked.add(c.nowNanos() / MILLI);
            }
            return bytes > HEADER_BYTES ? errno : null;
        });
        c.scenario().at(c.now().plus(length), () -> c.scenario().clientSendFault(SendFault.NONE));
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EPERM", "ENOBUFS", "ENETUNREACH", "EHOSTUNREACH"})
    void oneThatIsRefusedOnceGoesAgainAMillisecondLater(Errno errno) {
        try (ConnectedScenario c = connected().warmedUp()) {
            long begin = c.nowNanos();
            c.scenario().clientSendFault(SendFault.first(1, errno));
            long at = c.writes(256);
            c.untilAllIsRead();
            assertThat((c.sink().arrivalNanos(at) - begin) / MILLI).isBetween(11.0, 13.0);
            assertThat(c.info().timeouts()).isZero();
            assertThat(c.info().lossProbes()).isZero();
        }
    }

    // An earlier datagram met a closed port, and the kernel says so by not sending this one: that is no refusal.
    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ECONNREFUSED", "ECONNREFUSED_OF_EPOLL"})
    void oneThatIsNotSentForAnEarlierOnesSakeGoesAgainAtOnce(Errno errno) {
        try (ConnectedScenario c = connected().warmedUp()) {
            long begin = c.nowNanos();
            c.scenario().clientSendFault(SendFault.first(1, errno));
            long at = c.writes(256);
            c.untilAllIsRead();
            assertThat((c.sink().arrivalNanos(at) - begin) / MILLI).isBetween(10.0, 10.9);
            assertThat(c.info().timeouts()).isZero();
            assertThat(c.info().lossProbes()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 3_000})
    void aStreamThatIsRefusedAsksMoreAndMoreSeldom(int millis) {
        try (ConnectedScenario c = connected()) {
            c.streamsFor(Duration.ofMillis(1500));
            long cwnd = c.info().cwnd();
            double rto = c.info().rto() / MILLI;
            refuseFor(c, Duration.ofMillis(millis), Errno.EPERM);
            double end = c.nowNanos() / MILLI + millis;
            c.streamsFor(Duration.ofMillis(millis));
            assertThat(c.info().limit()).isEqualTo(Limit.UDP_CHANNEL);
            // What was in the pacer's bucket, and from then on 1, 2, 4, ... ms.
            double first = asked.get(0);
            assertThat(asked).filteredOn(at -> at > first + 100).hasSizeLessThanOrEqualTo(2 + (int) (millis / rto));
            assertThat(asked).filteredOn(at -> at > first + 10).hasSizeLessThanOrEqualTo(8 + (int) (millis / rto));
            c.streamsFor(Duration.ofMillis(1500));
            double again = c.segments(s -> s.fromClient() && s.hasText() && s.millis() > end).stream()
                    .mapToDouble(Sighting::millis)
                    .min()
                    .orElseThrow();
            assertThat(again - end).as("asked again after").isLessThan(rto + 2);
            assertThat(c.info().timeouts()).as("the path is not to blame").isZero();
            assertThat(c.info().cwnd()).isGreaterThanOrEqualTo(cwnd / 2);
            c.untilAllIsRead();
        }
    }

    @Test
    void afterASuccessEverythingGoesAtOnce() {
        try (ConnectedScenario c = connected()) {
            c.streamsFor(Duration.ofMillis(1500));
            refuseFor(c, Duration.ofMillis(40), Errno.ENOBUFS);
            c.streamsFor(Duration.ofMillis(40));
            long end = c.nowNanos();
            c.streamsFor(Duration.ofMillis(400));
            double before = (c.sink().receivedBy(end) - c.sink().receivedBy(end - 500_000_000L)) * 8e3 / 500_000_000L;
            long from = end + 200_000_000L;
            double after = (c.sink().receivedBy(from + 200_000_000L) - c.sink().receivedBy(from)) * 8e3 / 200_000_000L;
            assertThat(after).isGreaterThan(0.9 * before);
            c.untilAllIsRead();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.2})
    void someRefusalsCostNoTimeout(double probability) {
        try (ConnectedScenario c = connected()) {
            c.scenario().clientSendFault(SendFault.randomly(probability, Errno.ENOBUFS));
            c.writes(3_000_000);
            c.untilAllIsRead();
            assertThat(c.info().timeouts()).isZero();
        }
    }

    // A firewall that has closed: R2 of RFC 9293 section 3.8.3 counts these waits like any other.
    @Test
    void aSocketThatRefusesForEverEndsTheConnection() {
        try (Scenario s = scenario(1).path(LinkProfile.IDEAL.delay(WAY))) {
            Talker talker = new Talker();
            s.open(talker, new StreamSink(s::nowNanos));
            s.simulation().expect("connected", talker::isActive, Duration.ofSeconds(10));
            s.clientSendFault((random, recipient, bytes, segments) -> bytes > HEADER_BYTES ? Errno.EPERM : null);
            talker.writes(1000);
            s.advance(Duration.ofSeconds(60));
            assertThat(s.clientChannel().isActive()).isTrue();
            s.advance(Duration.ofMinutes(30));
            assertThat(s.clientChannel().isActive()).isFalse();
            assertThat(talker.failure())
                    .isInstanceOf(SocketException.class)
                    .hasMessageStartingWith("Connection timed out: ")
                    .hasMessageContaining("this host refuses to send its datagrams (")
                    .hasMessageContaining("Operation not permitted")
                    .hasMessageContaining("Does a packet filter of this host forbid them")
                    .hasMessageNotContaining("Is the peer's host up")
                    .hasRootCauseMessage(Errno.EPERM.exception().getMessage());
        }
    }
}
