// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.congestion.CongestionControllerFactory;
import io.netty.channel.ChannelOption;

/**
 * Options beyond those that every {@link io.netty.channel.socket.SocketChannel} has. Set them before connect or bind: what
 * concerns the handshake is read then. A server's are set with {@code option} and are what its children start with.
 *
 * @param <T> the type of the value
 */
public final class TouChannelOption<T> extends ChannelOption<T> {

    /**
     * The largest IP packet to send, in bytes, 576 to 65 535; default 1228, which carries 1200 bytes of UDP payload over IPv4
     * and passes everywhere. Set it when the path is known: 1500 in a data centre, 65 535 on loopback.
     */
    public static final ChannelOption<Integer> PATH_MTU = valueOf(TouChannelOption.class, "PATH_MTU");

    /** What makes the congestion controller of each connection; default NewReno (RFC 5681, RFC 6582). */
    public static final ChannelOption<CongestionControllerFactory> CONGESTION_CONTROLLER =
            valueOf(TouChannelOption.class, "CONGESTION_CONTROLLER");

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

    /** How many timeouts in a row end a connection (R2 of RFC 9293 section 3.8.3), 1 to 100; default 15. */
    public static final ChannelOption<Integer> RETRIES2 = valueOf(TouChannelOption.class, "RETRIES2");

    /** How long sent text may stay unacknowledged, in milliseconds (RFC 5482); default 0: {@link #RETRIES2} decides. */
    public static final ChannelOption<Integer> USER_TIMEOUT = valueOf(TouChannelOption.class, "USER_TIMEOUT");

    /**
     * How long a connection with {@code SO_KEEPALIVE} is silent before the first probe, in seconds, 1 to 32 767; default 7200.
     * This and the next two, and {@link #USER_TIMEOUT}, are also known by the names that other transports give them, such as
     * {@code EpollChannelOption.TCP_KEEPIDLE}.
     */
    public static final ChannelOption<Integer> KEEP_IDLE = valueOf(TouChannelOption.class, "KEEP_IDLE");

    /** The time between keep-alive probes, in seconds, 1 to 32 767; default 75. */
    public static final ChannelOption<Integer> KEEP_INTERVAL = valueOf(TouChannelOption.class, "KEEP_INTERVAL");

    /** How many keep-alive probes may stay unanswered, 1 to 127; default 9. */
    public static final ChannelOption<Integer> KEEP_COUNT = valueOf(TouChannelOption.class, "KEEP_COUNT");

    /** The maximum segment lifetime in seconds, 1 to 240; default 30. TIME-WAIT lasts twice that. */
    public static final ChannelOption<Integer> MSL = valueOf(TouChannelOption.class, "MSL");

    /** The longest delay of an acknowledgment, in milliseconds, 0 to 500 (RFC 9293, MUST-40); default 40. */
    public static final ChannelOption<Integer> DELAYED_ACK = valueOf(TouChannelOption.class, "DELAYED_ACK");

    /** How many half-open connections a listener keeps, 1 or more; default 1024. */
    public static final ChannelOption<Integer> MAX_SYN_BACKLOG = valueOf(TouChannelOption.class, "MAX_SYN_BACKLOG");

    /** Whether a handshake that finds the accept queue full is reset instead of ignored; default false. */
    public static final ChannelOption<Boolean> ABORT_ON_OVERFLOW = valueOf(TouChannelOption.class, "ABORT_ON_OVERFLOW");

    @SuppressWarnings("deprecation")
    private TouChannelOption() {
        super(null);
    }
}
