// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.StandardSocketOptions;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.tou.connection.ConnectionOptions;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;

/**
 * What is fixed for a UDP channel when it is made.
 *
 * <p>RFC 9293: MUST-48, SHLD-22.
 *
 * @param pathMtu the largest IP packet that peers may send, whatever the interface carries
 * @param mslSeconds the maximum segment lifetime; TIME-WAIT lasts twice that
 * @param maxTimeWait how many connections in TIME-WAIT are remembered
 * @param trafficClass the TOS byte, or traffic class, of everything that the channel sends; 0 leaves it alone
 * @param reusePort whether other sockets may be bound to the same address, and the kernel deals out peers among them
 * @param initializer puts what the application wants beside the stages; called once, before the channel is bound
 */
public record ShardOptions(
        int pathMtu,
        int mslSeconds,
        int maxTimeWait,
        int trafficClass,
        boolean reusePort,
        Consumer<ChannelPipeline> initializer) {

    /** The largest payload of a UDP datagram over IPv4. */
    private static final int MAX_PAYLOAD_BYTES = 65_507;

    private static final int IPV4_AND_UDP_HEADER_BYTES = 28;

    /** {@return what is asked for and cannot be had on a channel that was opened with these options; empty if nothing} */
    String without(ShardOptions asked) {
        StringJoiner missing = new StringJoiner(", ");
        compare("PATH_MTU", pathMtu, asked.pathMtu, missing);
        compare("MSL", mslSeconds, asked.mslSeconds, missing);
        compare("MAX_TIME_WAIT", maxTimeWait, asked.maxTimeWait, missing);
        compare("IP_TOS", trafficClass, asked.trafficClass, missing);
        if (!initializer.equals(asked.initializer)) {
            missing.add("its UDP_PIPELINE");
        }
        return missing.toString();
    }

    private static void compare(String option, int present, int asked, StringJoiner missing) {
        if (present != asked) {
            missing.add(option + " " + asked + " (is " + present + ")");
        }
    }

    /** {@return the largest datagram that peers may send if the interface carries packets of {@code interfaceMtu} bytes} */
    int maxDatagramBytes(int interfaceMtu) {
        int packet = Math.max(Math.max(pathMtu, interfaceMtu), ConnectionOptions.ACCEPTED_PATH_MTU);
        return Math.min(packet - IPV4_AND_UDP_HEADER_BYTES, MAX_PAYLOAD_BYTES);
    }

    /** {@return how long TIME-WAIT lasts} */
    long timeWaitNanos() {
        return 2 * TimeUnit.SECONDS.toNanos(mslSeconds);
    }

    /**
     * Gives the channel what it needs before it is bound, once it is registered and has its stages.
     *
     * @throws BindException if that cannot be had; what the application's initializer throws comes as it is
     */
    void applyTo(DatagramChannel udp) throws BindException {
        if (trafficClass != 0) {
            udp.config().setOption(ChannelOption.IP_TOS, trafficClass);
        }
        if (reusePort
                && !udp.config().setOption(UnixChannelOption.SO_REUSEPORT, true)
                && !udp.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true)) {
            throw new BindException("SO_REUSEPORT is not known to " + udp);
        }
        initializer.accept(udp.pipeline());
    }
}
