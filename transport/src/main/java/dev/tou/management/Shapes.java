// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.management;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.tou.state.TcpState;
import dev.tou.telemetry.ConnectionSnapshot;
import dev.tou.telemetry.DropReason;
import dev.tou.telemetry.ListenerSnapshot;
import dev.tou.telemetry.LoopSnapshot;
import dev.tou.telemetry.SocketSnapshot;
import dev.tou.telemetry.TcpFigure;
import io.netty.util.NetUtil;

/** Everything that the bean tells, item by item, with the names of {@code ss}. */
final class Shapes {

    /** A sentence about an item of another shape. */
    record Word(String of, String name, String unit, String sentence) {}

    static final Shape<ConnectionSnapshot> CONNECTION = connection();

    static final Shape<ListenerSnapshot> LISTENER = new Shape<ListenerSnapshot>("Listener", "A TCP port in LISTEN.")
            .text("local", "The address and the TCP port.", listener -> text(listener.local()))
            .number("udp_port", "", "The UDP port that carries it.", listener -> (long) listener.udpPort())
            .number(
                    "recv_q",
                    "",
                    "Connections that are complete and that the application has not accepted.",
                    listener -> (long) listener.waiting())
            .number("send_q", "", "How many of those there may be: SO_BACKLOG.", listener -> (long) listener.backlog())
            .number(
                    "half_open",
                    "",
                    "Handshakes under way, or complete and kept back until there is text (DEFER_ACCEPT).",
                    listener -> (long) listener.halfOpen())
            .number("max_syn_backlog", "", "How many of those there may be: MAX_SYN_BACKLOG.", listener ->
                    (long) listener.maxSynBacklog());

    static final Shape<SocketSnapshot> SOCKET = new Shape<SocketSnapshot>("Socket", "A UDP channel.")
            .text("local", "The address and the UDP port.", socket -> text(socket.local()))
            .text(
                    "peer",
                    "The address and the UDP port that it is connected to; none for a server's.",
                    socket -> socket.peer() == null ? null : text(socket.peer()))
            .number("connections", "", "Connections that it carries.", socket -> (long) socket.connections())
            .number("time_wait", "", "Connections that it remembers in TIME-WAIT.", socket -> (long) socket.timeWait())
            .number(
                    "unsent",
                    "bytes",
                    "What its connections have handed to it and has not left, with Netty's own costs.",
                    SocketSnapshot::unsentBytes);

    static final Shape<Map<TcpState, Long>> STATES = states();
    static final Shape<Map<DropReason, Long>> DROPS = drops();
    static final Shape<LoopSnapshot> LOOP = loop();

    static final Shape<Word> WORD = new Shape<Word>("Word", "A sentence about an item.")
            .text("of", "Whose item it is.", Word::of)
            .text("name", "The name of the item.", Word::name)
            .text("unit", "Its unit: bytes, bytes/s, ns, or none for a count or a word.", Word::unit)
            .text("sentence", "What it means.", Word::sentence);

    private Shapes() {}

    private static Shape<ConnectionSnapshot> connection() {
        Shape<ConnectionSnapshot> shape = new Shape<ConnectionSnapshot>("Connection", "A connection and its figures.")
                .text("local", "Our address and TCP port.", connection -> text(connection.local()))
                .text("peer", "The peer's address and TCP port.", connection -> text(connection.remote()))
                .number("udp_port", "", "The UDP port that segments leave from.", of -> (long) of.localUdpPort())
                .number("peer_udp_port", "", "The UDP port that they go to.", of -> (long) of.remoteUdpPort())
                .flag("passive", "Whether the peer began it.", ConnectionSnapshot::passive)
                .flag(
                        "orphan",
                        "Whether the application has closed it, and it lives on to deliver what was written.",
                        ConnectionSnapshot::orphan)
                .number("age", "ns", "How long ago it began.", ConnectionSnapshot::ageNanos)
                .text(
                        "state",
                        "Its state (RFC 9293 section 3.3.2).",
                        of -> name(of.info().state()))
                .text("cong", "Its congestion controller.", of -> of.info().congestionControl())
                .text(
                        "options",
                        "What both ends have agreed on: ts for timestamps, sack, wscale with the peer's shift and ours.",
                        of -> of.info().options())
                .text(
                        "ca_state",
                        "Whether loss is being repaired: Open, Disorder, Recovery by acknowledgments, Loss after a timeout.",
                        of -> of.info().caState().label())
                .text(
                        "limited_by",
                        "What keeps it from sending more at this moment.",
                        of -> of.info().limit().label());
        for (TcpFigure figure : TcpFigure.values()) {
            shape.number(figure.label(), unit(figure), figure.explanation(), of -> value(of, figure));
        }
        return shape;
    }

    private static Long value(ConnectionSnapshot of, TcpFigure figure) {
        long value = of.info().get(figure);
        return value == Long.MAX_VALUE ? null : (Long) value;
    }

    private static String unit(TcpFigure figure) {
        return switch (figure.unit()) {
            case BYTES -> "bytes";
            case BYTES_PER_SECOND -> "bytes/s";
            case NANOSECONDS -> "ns";
            case COUNT -> "";
        };
    }

    private static Shape<Map<TcpState, Long>> states() {
        Shape<Map<TcpState, Long>> shape = new Shape<>("States", "How many connections there are in each state.");
        for (TcpState state : TcpState.values()) {
            if (state != TcpState.CLOSED) {
                shape.number(name(state), "", state.explanation(), of -> of.getOrDefault(state, 0L));
            }
        }
        return shape;
    }

    private static Shape<Map<DropReason, Long>> drops() {
        Shape<Map<DropReason, Long>> shape =
                new Shape<>("Drops", "How often datagrams and segments were dropped, by the reason.");
        for (DropReason reason : DropReason.values()) {
            shape.number(
                    reason.name().toLowerCase(Locale.ROOT),
                    "",
                    reason.explanation(),
                    of -> of.getOrDefault(reason, 0L));
        }
        return shape;
    }

    private static Shape<LoopSnapshot> loop() {
        return new Shape<LoopSnapshot>("Loop", "An event loop and what lives on it.")
                .text("name", "The name of its thread.", LoopSnapshot::name)
                .text(
                        "answer",
                        "complete; partial, if the time was over before all connections were looked at; none, if its thread"
                                + " does something else for long.",
                        of -> of.answer().name().toLowerCase(Locale.ROOT))
                .texts("stack", "Where its thread is, innermost first, if it does not answer.", LoopSnapshot::stack)
                .part("states", "How many connections there are in each state.", STATES, LoopSnapshot::states)
                .number(
                        "orphans",
                        "",
                        "Connections that their applications have closed and that live on to deliver what was written.",
                        of -> (long) of.orphans())
                .number("memory", "bytes", "What connections hold in buffers.", LoopSnapshot::memoryBytes)
                .part("drops", "What was dropped on its channels, closed ones too.", DROPS, LoopSnapshot::drops)
                .parts("sockets", "Its UDP channels.", SOCKET, LoopSnapshot::sockets)
                .parts("listeners", "Its listeners that were asked for.", LISTENER, LoopSnapshot::listeners)
                .number("matching", "", "Connections that are what was asked for.", LoopSnapshot::matching)
                .parts("connections", "Those, as many as were asked for.", CONNECTION, LoopSnapshot::connections);
    }

    /** {@return a sentence about every item of every shape} */
    static List<Word> words() {
        List<Word> words = new ArrayList<>();
        for (Shape<?> shape : List.of(CONNECTION, LISTENER, SOCKET, STATES, DROPS, LOOP)) {
            for (Shape.Item<?> item : shape.items()) {
                words.add(new Word(shape.name().toLowerCase(Locale.ROOT), item.name(), item.unit(), item.sentence()));
            }
        }
        return words;
    }

    /** {@return the name of a state as RFC 9293 writes it} */
    static String name(TcpState state) {
        return state.name().replace('_', '-');
    }

    // Shortened as RFC 5952 has it, which Java's own text is not; where to find a link-local address is said behind it.
    private static String text(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (!(host instanceof Inet6Address ipv6)) {
            return host.getHostAddress() + ':' + address.getPort();
        }
        String scope = host.isLinkLocalAddress() ? "%" + ipv6.getScopeId() : "";
        return '[' + NetUtil.toAddressString(host) + scope + "]:" + address.getPort();
    }
}
