// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.tou.bench.CapturedConsole;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is seldom seen: loops that do not answer, queues that are full, connections that share a socket, a newer process. */
class InspectViewTest {

    private static final Wanted ALL = new Wanted("", 0, Set.of(), 1000);

    private static Row word(String of, String name, String unit, String sentence) {
        return new Row(Map.of("of", of, "name", name, "unit", unit, "sentence", sentence));
    }

    /** The words of a process that has a figure that nobody knows yet. */
    private static final Glossary GLOSSARY = new Glossary(List.of(
            word("connection", "state", "", "Its state."),
            word("connection", "rtt", "ns", "The round trip."),
            word("connection", "warp", "bytes/s", "How fast it could be."),
            word("states", "ESTABLISHED", "", "Both ends may send."),
            word("states", "LISTEN", "", "Waiting for a SYN."),
            word("drops", "bad_luck", "", "Nobody knows why.")));

    private static Row loop(Object... namesAndValues) {
        Map<String, Object> items = new java.util.HashMap<>(Map.of("name", "loop-1", "answer", "complete"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            items.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Row(items);
    }

    private static String show(boolean explain, Row... loops) {
        InspectView view = new InspectView(
                new CapturedConsole().console(),
                new JavaProcess(Long.MAX_VALUE, "app.jar run"),
                "17",
                GLOSSARY,
                explain);
        return String.join("\n", view.lines(new Look(List.of(loops)), null, ALL));
    }

    private static Row connection(String peer, long udpPort) {
        return new Row(Map.of(
                "local",
                "10.0.0.1:80",
                "peer",
                peer,
                "udp_port",
                80L,
                "peer_udp_port",
                udpPort,
                "state",
                "ESTABLISHED",
                "age",
                5_000_000_000L,
                "rtt",
                2_500_000L,
                "warp",
                1_250_000L,
                "unacked",
                100L,
                "notsent",
                20L));
    }

    @Test
    void aLoopThatDoesNotAnswerSaysWhereItIs() {
        String text = show(false, loop("answer", "none", "stack", List.of("Db.query(Db.java:7)", "Handler.read")));
        assertThat(text)
                .contains(
                        "Event loop loop-1 does not answer; its thread is at\n    Db.query(Db.java:7)\n    Handler.read");
        assertThat(show(false, loop("answer", "partial"))).contains("Event loop loop-1 is busy: not all of its");
    }

    @Test
    void aFullQueueSaysSo() {
        Row full = new Row(Map.of(
                "local",
                "0.0.0.0:80",
                "udp_port",
                9899L,
                "recv_q",
                5L,
                "send_q",
                5L,
                "half_open",
                7L,
                "max_syn_backlog",
                1024L));
        assertThat(show(false, loop("listeners", List.of(full))))
                .contains("LISTEN       5       5  0.0.0.0:80          *")
                .contains("7 of 1024 half-open connections; the accept queue is full")
                .contains("in UDP port 9899");
    }

    @Test
    void oneThatSharesASocketSaysWhich() {
        assertThat(show(false, loop("connections", List.of(connection("10.0.0.2:5000", 5000L)))))
                .contains("opened 5.00 s ago\n")
                .contains("ESTAB       0     120  10.0.0.1:80         10.0.0.2:5000");
        assertThat(show(false, loop("connections", List.of(connection("10.0.0.2:5000", 6000L)))))
                .contains("opened 5.00 s ago, in UDP 80 to 6000");
    }

    @Test
    void whatANewerProcessTellsIsShownAndExplained() {
        List<Row> connections = List.of(connection("10.0.0.2:5000", 5000L), connection("10.0.0.2:5001", 5001L));
        assertThat(show(true, loop("connections", connections)))
                .contains("rtt:2.5/0 warp 10.0Mbps")
                .containsPattern("warp +How fast it could be. In bits per second.");
        assertThat(show(true, loop("connections", connections.subList(0, 1))))
                .containsPattern("warp +10.0 Mbit/s +How fast it could be.")
                .containsPattern("rtt +2.5 ms +The round trip.");
    }

    @Test
    void drops() {
        assertThat(show(false, loop("drops", new Row(Map.of("bad_luck", 1234L)))))
                .contains("No listener, and no connection.")
                .contains("1 234 dropped (--summary says why)");
    }

    @Test
    void whoMayLook() {
        assertThat(JavaProcess.isForbidden("alice", "bob")).isTrue();
        assertThat(JavaProcess.isForbidden("alice", "alice")).isFalse();
        assertThat(JavaProcess.isForbidden("root", "bob")).isFalse();
        assertThat(JavaProcess.isForbidden("alice", "")).isFalse();
    }

    @Test
    void titles() {
        assertThat(new JavaProcess(1, "/x/y/tou.jar ping --serve 7000").title()).isEqualTo("tou ping --serve 7000");
        assertThat(new JavaProcess(1, "dev.tou.bench.Tou ping").title()).isEqualTo("tou ping");
        assertThat(new JavaProcess(1, "com.acme.Shop /data").title()).isEqualTo("com.acme.Shop /data");
        assertThat(new JavaProcess(1, "").title()).isEqualTo("process 1");
    }
}
