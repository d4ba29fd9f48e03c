// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import java.net.SocketException;
import java.time.Duration;
import java.util.function.Predicate;

import dev.tou.channel.TouChannelOption;
import dev.tou.simulation.LinkProfile;
import dev.tou.telemetry.DeliveryProblem;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One segment never arrives, however often it is sent, while the peer reports all that comes behind it: what loss detection repeats
 * in every round trip counts as unanswered all the same (RFC 9293 section 3.8.3).
 */
class StubbornHoleTest extends ScenarioTest {

    private static final int MESSAGE = 200;
    private static final int TICK_MILLIS = 20;

    private <T> ConnectedScenario connected(ChannelOption<T> option, T value) {
        return new ConnectedScenario(scenario(1)
                        .path(LinkProfile.IDEAL.delay(Duration.ofMillis(10)))
                        .client(client -> client.option(option, value)))
                .warmedUp();
    }

    /** Writes small messages; the first, which is {@code bytes} long, is lost whenever {@code lost} says so. {@return when it began} */
    private static long streams(ConnectedScenario c, int bytes, int millis, Predicate<Sighting> lost) {
        long hole = c.talker().written();
        long begin = c.nowNanos();
        c.scenario()
                .drop(s -> s.fromClient()
                        && s.hasText()
                        && s.offset() <= hole
                        && hole < s.offset() + s.length()
                        && lost.test(s));
        c.writes(bytes);
        for (int i = 0; i < millis / TICK_MILLIS && c.scenario().clientChannel().isActive(); i++) {
            c.scenario().advance(Duration.ofMillis(TICK_MILLIS));
            if (c.scenario().clientChannel().isActive()) {
                c.writes(MESSAGE);
            }
        }
        return begin;
    }

    @Test
    void theUserTimeoutCountsFromTheFirstTime() {
        ConnectedScenario c = connected(TouChannelOption.USER_TIMEOUT, 2000);
        long begin = streams(c, MESSAGE, 5_000, s -> true);
        assertThat(c.scenario().clientChannel().isActive()).isFalse();
        assertThat((c.nowNanos() - begin) / 1e6).isBetween(2000.0, 2000.0 + 2 * TICK_MILLIS);
        assertThat(c.talker().failure())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("no acknowledgment for 2.0 s");
        c.scenario().close();
    }

    @Test
    void theApplicationIsToldAndThenItIsGivenUp() {
        ConnectedScenario c = connected(TouChannelOption.RETRIES2, 4);
        // Before the peer's window is full of what comes behind.
        streams(c, MESSAGE, 5_000, s -> true);
        assertThat(c.talker().events(DeliveryProblem.class)).hasSize(1);
        assertThat(c.scenario().clientChannel().isActive()).isFalse();
        assertThat(c.talker().failure()).hasMessageContaining("Connection timed out");
        c.scenario().close();
    }

    // What is too large for the path goes through in pieces.
    @Test
    void aBlackHoleIsFound() {
        try (ConnectedScenario c = connected(TouChannelOption.RETRIES2, 15)) {
            long hole = c.talker().written();
            streams(c, 1390, 5_000, s -> s.length() > 1300);
            assertThat(c.sink().received()).isGreaterThan(hole);
            c.untilAllIsRead();
            assertThat(c.talker().failure()).isNull();
        }
    }
}
