// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0

/**
 * TCP over UDP as a Netty transport. What an application needs is exported: the channels and their options, the figures and
 * reasons that they report, the states that those speak of, captures of what is on the wire, and the seam for a congestion
 * controller of one's own.
 */
module dev.tou.transport {
    requires transitive io.netty.common;
    requires transitive io.netty.buffer;
    requires transitive io.netty.transport;
    requires io.netty.transport.unix.common;
    requires static java.management;
    requires static io.netty.transport.classes.epoll;
    requires static io.netty.transport.classes.io_uring;

    exports dev.tou.capture;
    exports dev.tou.channel;
    exports dev.tou.congestion;
    exports dev.tou.state;
    exports dev.tou.telemetry;
}
