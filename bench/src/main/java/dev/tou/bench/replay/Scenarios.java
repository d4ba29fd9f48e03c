// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.List;

/** All scenarios, in the order in which they are best read. */
final class Scenarios {

    static final List<Scenario> ALL = List.of(
            new ThreeWayHandshake(),
            new SimultaneousOpen(),
            new SynAckLostOnce(),
            new LostSynAck(),
            new UnprovenAddress(),
            new AcceptQueue(),
            new AbortOnOverflow(),
            new SynBacklog(),
            new SynCookies(),
            new SourceFiltered(),
            new FourWayClose(),
            new ThreeWayClose(),
            new SimultaneousClose(),
            new DataAfterClose(),
            new TimeWait(),
            new TimeWaitReuse(),
            new TimeWaitCap(),
            new HalfClose(),
            new ServerKilled(),
            new ServerRestarted(),
            new HostGone(),
            new ConnectUnanswered(),
            new KeepAlive(),
            new HostRebooted(),
            new Terminated(),
            new SynOptions(),
            new Paws(),
            new OldDuplicateSyn(),
            new InitialNumbers(),
            new PortScan(),
            new SilentPorts(),
            new Acknowledgments(),
            new SocketCalls(),
            new CloseDelivers(),
            new LingerZero(),
            new Diagram(),
            new SequenceNumbers(),
            new Window(),
            new ZeroWindow(),
            new Nagle(),
            new FastRetransmit(),
            new RetransmissionTimeout(),
            new CongestionWindow());

    private Scenarios() {}

    /** {@return what they are called} */
    static List<String> names() {
        return ALL.stream().map(scenario -> scenario.card().name()).toList();
    }

    /** {@return the scenarios that a user means by a word: a name, a section such as S4, or "all"} */
    static List<Scenario> called(String word) {
        return ALL.stream()
                .filter(scenario ->
                        word.equalsIgnoreCase("all") || scenario.card().isCalled(word))
                .toList();
    }
}
