// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.ArrayList;
import java.util.List;

import dev.tou.connection.ConnectionOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ListenersTest {

    private static final int LAST_PORT = 65_535;
    private static final int ABOVE_SYSTEM_PORTS = 1024;

    private final Listeners listeners = new Listeners();

    private static Listener listener(int port) {
        return listener(port, false);
    }

    private static Listener silent(int port) {
        return listener(port, true);
    }

    private static Listener listener(int port, boolean silent) {
        ListenerOptions limits = new ListenerOptions(1, 1, 1, false, 0, true, remote -> true, silent);
        return new Listener(port, new ConnectionOptions(), limits, () -> {}, () -> {});
    }

    @Test
    void aPortHasOneListener() {
        Listener first = listeners.add(443, ListenersTest::listener);
        assertThat(listeners.find(443)).isSameAs(first);
        assertThat(listeners.add(443, ListenersTest::listener)).isNull();
        assertThat(listeners.find(443)).isSameAs(first);
        assertThat(listeners.find(442)).isNull();
        assertThat(listeners.find(443 + 256)).isNull();
    }

    @Test
    void whatWasRemovedCanBeAddedAgain() {
        Listener first = listeners.add(LAST_PORT, ListenersTest::listener);
        assertThat(listeners.isEmpty()).isFalse();
        assertThat(listeners.remove(first)).isTrue();
        assertThat(listeners.remove(first)).isFalse();
        assertThat(listeners.isEmpty()).isTrue();
        Listener second = listeners.add(LAST_PORT, ListenersTest::listener);
        assertThat(listeners.remove(first)).as("another's port").isFalse();
        assertThat(listeners.find(LAST_PORT)).isSameAs(second);
    }

    @Test
    void anyPortIsTheNextThatIsFree() {
        assertThat(listeners.addAnywhere(LAST_PORT - 1, ListenersTest::listener).tcpPort())
                .isEqualTo(LAST_PORT - 1);
        assertThat(listeners.addAnywhere(LAST_PORT - 1, ListenersTest::listener).tcpPort())
                .isEqualTo(LAST_PORT);
        assertThat(listeners.addAnywhere(LAST_PORT - 1, ListenersTest::listener).tcpPort())
                .isEqualTo(ABOVE_SYSTEM_PORTS);
    }

    @Test
    void theSearchEndsWhenAllAreTaken() {
        for (int port = 1; port <= LAST_PORT; port++) {
            listeners.add(port, ListenersTest::listener);
        }
        assertThat(listeners.addAnywhere(443, ListenersTest::listener)).isNull();
        listeners.remove(listeners.find(9811));
        assertThat(listeners.addAnywhere(443, ListenersTest::listener).tcpPort())
                .isEqualTo(9811);
    }

    @Test
    void oneThatWantsSilenceIsEnoughAndTheLastOnesStay() {
        Listener web = listeners.add(80, ListenersTest::listener);
        assertThat(listeners.isSilent()).isFalse();
        Listener secure = listeners.add(443, ListenersTest::silent);
        assertThat(listeners.isSilent()).isTrue();
        listeners.remove(secure);
        assertThat(listeners.isSilent()).isFalse();
        secure = listeners.add(443, ListenersTest::silent);
        listeners.remove(web);
        assertThat(listeners.isSilent()).isTrue();
        listeners.remove(secure);
        assertThat(listeners.isSilent()).as("while it drains").isTrue();
        listeners.add(80, ListenersTest::listener);
        assertThat(listeners.isSilent()).isFalse();
    }

    @Test
    void aVisitorMayRemove() {
        for (int port : new int[] {7, 7000, LAST_PORT}) {
            listeners.add(port, ListenersTest::listener);
        }
        List<Integer> ports = new ArrayList<>();
        listeners.forEach(listener -> {
            ports.add(listener.tcpPort());
            listeners.remove(listener);
        });
        assertThat(ports).containsExactly(7, 7000, LAST_PORT);
        assertThat(listeners.isEmpty()).isTrue();
    }
}
