// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.List;
import java.util.stream.Collectors;

import dev.tou.bench.replay.Event.Source;
import dev.tou.state.TcpState;
import io.netty.channel.ChannelOption;

/** S16: the ways of a client and of a server through the state diagram. */
final class Diagram implements Scenario {

    private static final List<TcpState> CLIENT = List.of(
            TcpState.SYN_SENT, TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT);

    private static final List<TcpState> SERVER = List.of(
            TcpState.LISTEN,
            TcpState.SYN_RECEIVED,
            TcpState.ESTABLISHED,
            TcpState.CLOSE_WAIT,
            TcpState.LAST_ACK,
            TcpState.CLOSED);

    @Override
    public Card card() {
        return new Card(
                "S16",
                "diagram",
                "both ways through the state diagram",
                "RFC 9293 section 3.3.2, figure 5; docs/STATE-MACHINE.md");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.listen(bootstrap -> bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
        stage.connect(bootstrap -> {});
        stage.handshake();
        stage.client().close();
        stage.server().reaches(TcpState.CLOSE_WAIT);
        stage.client().reaches(TcpState.FIN_WAIT_2);
        stage.server().close();
        stage.client().reaches(TcpState.TIME_WAIT);
        stage.server().reaches(TcpState.CLOSED);
        way(stage, Source.CLIENT, CLIENT);
        way(stage, Source.SERVER, SERVER);
        return "These are the two ways that nearly all connections go, each step raised by one event. The client's ends 2 MSL "
                + "later, in CLOSED.";
    }

    private static void way(Stage stage, Source end, List<TcpState> expected) {
        List<Event> steps = stage.transcript().of(end).stream()
                .filter(event -> event.state() != null)
                .toList();
        if (!steps.stream().map(Event::state).toList().equals(expected)) {
            throw NotSeen.of("the way of the " + end.text() + " through the diagram");
        }
        stage.say("The " + end.text() + ": CLOSED "
                + steps.stream()
                        .map(event -> "--" + event.cause() + "-> " + event.state())
                        .collect(Collectors.joining(" ")));
    }
}
