// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.telemetry.TransportListenerFactory;
import io.netty.channel.ChannelOption;

/**
 * Options beyond those that every {@link io.netty.channel.socket.SocketChannel} has. Set them before connect or bind: what
 * concerns the handshake is read then. A server's are set with {@code option} and are what its children start with.
 *
 * <p>Where other transports or the JDK have the same option, it is known by their constant, too, such as
 * {@code EpollChannelOption.TCP_KEEPIDLE}. All options, Netty's own included, are in {@code docs/OPTIONS.md}.
 *
 * @param <T> the type of the value
 */
public final class TouChannelOption<T> extends ChannelOption<T> {

    /**
     * The largest IP packet to send until {@link #PATH_MTU_DISCOVERY} has proven more, in bytes, 576 to 65 535; default 1228,
     * which carries 1200 bytes of UDP payload over IPv4 and passes everywhere. A larger one spares a known path the search; if
     * it turns out to swallow such packets, 1228 is what a connection falls back to. Without discovery it stays as it is set.
     */
    public static final ChannelOption<Integer> PATH_MTU = valueOf(TouChannelOption.class, "PATH_MTU");

    /**
     * Whether packets larger than {@link #PATH_MTU} are tried, up to what the interface and the peer take, and given up when they
     * no longer arrive (RFC 8899); default true. The probes are text of the application, of which a lost one is sent again, and
     * no ICMP is needed. Needs {@link #SACK} and a connection with much to send. Turn it off for packets that never change.
     */
    public static final ChannelOption<Boolean> PATH_MTU_DISCOVERY =
            valueOf(TouChannelOption.class, "PATH_MTU_DISCOVERY");

    /**
     * What makes the congestion controller of each connection: {@link dev.tou.congestion.CongestionControllers#CUBIC}, the
     * default, {@link dev.tou.congestion.CongestionControllers#NEW_RENO}, or one of your own, see
     * {@link dev.tou.congestion.CongestionController}. Counts until text was sent, so {@code childOption} is in time.
     */
    public static final ChannelOption<CongestionControllerFactory> CONGESTION_CONTROLLER =
            valueOf(TouChannelOption.class, "CONGESTION_CONTROLLER");

    /**
     * What makes a listener for each connection, which hears every decision of its transport; default
     * {@link TransportListenerFactory#NONE}. Changed on a connection that lives, it makes another listener, which hears everything
     * from then on in place of the first.
     */
    public static final ChannelOption<TransportListenerFactory> TRANSPORT_LISTENER =
            valueOf(TouChannelOption.class, "TRANSPORT_LISTENER");

    /** Whether timestamps are offered (RFC 7323 section 3); default true. */
    public static final ChannelOption<Boolean> TIMESTAMPS = valueOf(TouChannelOption.class, "TIMESTAMPS");

    /** Whether selective acknowledgments are offered (RFC 2018); default true. */
    public static final ChannelOption<Boolean> SACK = valueOf(TouChannelOption.class, "SACK");

    /** Whether the window scale option is offered (RFC 7323 section 2); default true. */
    public static final ChannelOption<Boolean> WINDOW_SCALING = valueOf(TouChannelOption.class, "WINDOW_SCALING");

    /** How often a SYN is repeated before connect fails, 0 to 30; default 6. */
    public static final ChannelOption<Integer> SYN_RETRIES = valueOf(TouChannelOption.class, "SYN_RETRIES");

    /** How often a SYN-ACK is repeated, after 1, 2, 4, 8, 16 seconds, 0 to 30; default 5. */
    public static final ChannelOption<Integer> SYNACK_RETRIES = valueOf(TouChannelOption.class, "SYNACK_RETRIES");

    /**
     * With which repetition in a row of what stays unanswered the application hears of it by a
     * {@link dev.tou.telemetry.DeliveryProblem}, fired as a user event (R1 of RFC 9293 section 3.8.3), 0 to 100; default 3; 0 for
     * never: the timeout that sends the third repetition tells; of a closed window, the one that sends the third probe. The connection
     * goes on.
     */
    public static final ChannelOption<Integer> RETRIES1 = valueOf(TouChannelOption.class, "RETRIES1");

    /**
     * How often what stays unanswered, text, a FIN or a probe of a closed window, is repeated in a row before the connection ends
     * (R2 of RFC 9293 section 3.8.3), 1 to 100; default 15. The timeout behind the last repetition is the end. Of a closed
     * window the first probe is the first repetition.
     */
    public static final ChannelOption<Integer> RETRIES2 = valueOf(TouChannelOption.class, "RETRIES2");

    /**
     * How long what was sent may stay unanswered before the connection ends, in milliseconds (RFC 5482), 0 to 2 147 483 647; default
     * 0: {@link #RETRIES2} decides. Text and a FIN that are not acknowledged count, and probes of a closed window that nobody
     * answers.
     */
    public static final ChannelOption<Integer> USER_TIMEOUT = valueOf(TouChannelOption.class, "USER_TIMEOUT");

    /**
     * How long a connection with {@code SO_KEEPALIVE} is silent before the first probe, in seconds, 1 to 32 767; default 7200.
     */
    public static final ChannelOption<Integer> KEEP_IDLE = valueOf(TouChannelOption.class, "KEEP_IDLE");

    /** The time between keep-alive probes, in seconds, 1 to 32 767; default 75. */
    public static final ChannelOption<Integer> KEEP_INTERVAL = valueOf(TouChannelOption.class, "KEEP_INTERVAL");

    /** How many keep-alive probes may stay unanswered, 1 to 127; default 9. */
    public static final ChannelOption<Integer> KEEP_COUNT = valueOf(TouChannelOption.class, "KEEP_COUNT");

    /**
     * How long nothing may leave before an acknowledgment goes only to remind a NAT on the path of the connection, in seconds, 0 to
     * 32 767; default 0: never. Typical NATs forget a UDP flow after 30 to 120 seconds; 25 suits them, and RFC 8085 section 3.5
     * wants no less than 15. Nobody answers it, so it tells nothing of the peer: that is {@code SO_KEEPALIVE}'s.
     */
    public static final ChannelOption<Integer> NAT_KEEP_ALIVE = valueOf(TouChannelOption.class, "NAT_KEEP_ALIVE");

    /**
     * The UDP port of the host behind which the TCP port is, 0 to 65 535; default 0: the UDP port has the number of the TCP port.
     * A listener with it is one of many behind the same UDP port, and a connection with it goes to one of many; the addresses
     * of channels have the TCP port. It is what FreeBSD has as {@code net.inet.tcp.udp_tunneling_port}, and for each connection as
     * {@code TCP_REMOTE_UDP_ENCAPS_PORT}.
     */
    public static final ChannelOption<Integer> UDP_ENCAPS_PORT = valueOf(TouChannelOption.class, "UDP_ENCAPS_PORT");

    /**
     * Puts handlers on the pipeline of the UDP channel, beside the stages of TCP: to see, to count or to capture what is on the
     * wire, see {@link UdpPipelineInitializer}; default {@link UdpPipelineInitializer#NONE}. Connections share a UDP channel only
     * with those that have the same one.
     */
    public static final ChannelOption<UdpPipelineInitializer> UDP_PIPELINE =
            valueOf(TouChannelOption.class, "UDP_PIPELINE");

    /** The maximum segment lifetime in seconds, 1 to 240; default 30. TIME-WAIT lasts twice that. */
    public static final ChannelOption<Integer> MSL = valueOf(TouChannelOption.class, "MSL");

    /**
     * How many connections in TIME-WAIT a UDP channel remembers, 0 to 16 777 216, at 64 bytes each or 96 with IPv6 peers; default
     * 262 144. One more makes it forget the oldest, of which the log tells once a minute; 0 forgets all at once.
     */
    public static final ChannelOption<Integer> MAX_TIME_WAIT = valueOf(TouChannelOption.class, "MAX_TIME_WAIT");

    /**
     * Whether connect may take over a local port in TIME-WAIT when no other is left, or that port was asked for (RFC 6191
     * section 2); default true. It does so a second after the old connection ended, at the earliest, and only where both have
     * {@link #TIMESTAMPS}, by which old segments are known.
     */
    public static final ChannelOption<Boolean> TIME_WAIT_REUSE = valueOf(TouChannelOption.class, "TIME_WAIT_REUSE");

    /**
     * How many connections of an event loop may live on after their application has closed them, until the peer has everything
     * and has closed, too; 0 to 2 147 483 647; default 8192. One more resets the oldest, and before it the oldest of those whose
     * peer has everything; the log tells of it once a minute.
     */
    public static final ChannelOption<Integer> MAX_ORPHANS = valueOf(TouChannelOption.class, "MAX_ORPHANS");

    /**
     * The longest delay of an acknowledgment, in milliseconds, 0 to 500 (RFC 9293, MUST-40); default 40. Between two ends of this
     * transport 25 at most, 8 for a lone segment, and no longer than it was when the handshake began: the peer is told then, and
     * counts on it.
     */
    public static final ChannelOption<Integer> DELAYED_ACK = valueOf(TouChannelOption.class, "DELAYED_ACK");

    /**
     * How long a closed connection waits in FIN-WAIT-2 for the peer's FIN, in seconds, 1 to 3600; default 60. Known as
     * {@code TCP_LINGER2}, too.
     */
    public static final ChannelOption<Integer> FIN_WAIT_2 = valueOf(TouChannelOption.class, "FIN_WAIT_2");

    /**
     * Whether no acknowledgment of text is delayed; default false. Segments that are read from the socket together are acknowledged
     * together. Unlike Linux's {@code TCP_QUICKACK} it stays as it is set.
     */
    public static final ChannelOption<Boolean> QUICK_ACK = valueOf(TouChannelOption.class, "QUICK_ACK");

    /**
     * Whether only full segments leave, as {@code TCP_CORK} on Linux and {@code TCP_NOPUSH} on BSD; default false. What is less
     * waits for more, at most 200 milliseconds; the end of the stream, or turning this off, lets it go.
     */
    public static final ChannelOption<Boolean> CORK = valueOf(TouChannelOption.class, "CORK");

    /**
     * How much unsent text the send buffer takes, in bytes, 0 to 4 294 967 295, as {@code TCP_NOTSENT_LOWAT}; default 0: no
     * limit but {@code SO_SNDBUF}. What is more stays in the channel's outbound buffer, where writability sees it, so that an
     * application can decide late what to send.
     */
    public static final ChannelOption<Long> UNSENT_LOW_WATER = valueOf(TouChannelOption.class, "UNSENT_LOW_WATER");

    /**
     * How long a listener keeps a new connection to itself until the client sends something, in seconds, 0 to 3600, as
     * {@code TCP_DEFER_ACCEPT}; default 0: not at all.
     */
    public static final ChannelOption<Integer> DEFER_ACCEPT = valueOf(TouChannelOption.class, "DEFER_ACCEPT");

    /** How many half-open connections a listener keeps, 1 or more; default 1024. */
    public static final ChannelOption<Integer> MAX_SYN_BACKLOG = valueOf(TouChannelOption.class, "MAX_SYN_BACKLOG");

    /** Whether a handshake that finds the accept queue full is reset instead of ignored; default false. */
    public static final ChannelOption<Boolean> ABORT_ON_OVERFLOW = valueOf(TouChannelOption.class, "ABORT_ON_OVERFLOW");

    /**
     * When a listener answers SYNs with cookies (RFC 4987 section 3.6): {@link SynCookieMode#UNDER_PRESSURE}, the default,
     * {@link SynCookieMode#ALWAYS} or {@link SynCookieMode#NEVER}. A connection that began with a cookie has the window scale,
     * SACK and timestamps that any other has, and one of eight maximum segment sizes.
     */
    public static final ChannelOption<SynCookieMode> SYN_COOKIES = valueOf(TouChannelOption.class, "SYN_COOKIES");

    /**
     * Whether an address that has not proven that it asked gets at most three times the segments, and the bytes, that came from
     * it; default true. A SYN-ACK that would be more is not repeated, while its clock runs on. Without this a forged SYN makes
     * one and {@link #SYNACK_RETRIES} SYN-ACKs for somebody else.
     */
    public static final ChannelOption<Boolean> AMPLIFICATION_LIMIT =
            valueOf(TouChannelOption.class, "AMPLIFICATION_LIMIT");

    /** Which peers a listener answers; default {@link SourceFilter#ALL}. */
    public static final ChannelOption<SourceFilter> SOURCE_FILTER = valueOf(TouChannelOption.class, "SOURCE_FILTER");

    /**
     * Whether segments for TCP ports of a listener's UDP socket where nobody listens are not answered; default false: a reset
     * (RFC 9293 section 3.10.7.1). Of several listeners with one UDP socket it is enough that one wants it.
     */
    public static final ChannelOption<Boolean> SILENT_CLOSED_PORTS =
            valueOf(TouChannelOption.class, "SILENT_CLOSED_PORTS");

    @SuppressWarnings("deprecation")
    private TouChannelOption() {
        super(null);
    }
}
