// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.SilenceWatch;
import dev.tou.connection.TransmissionControlBlock;
import dev.tou.connection.Unreachable;
import dev.tou.endpoint.Shard;
import dev.tou.endpoint.TimerExpiry;
import io.netty.channel.unix.Errors;

/**
 * Tells the connections of a connected UDP channel what ICMP, or the kernel, says of datagrams that could not be delivered. It
 * says neither which segment nor which connection, so all hear of it that wait for an answer. However often it is said, they
 * hear it at most once in ten milliseconds, and the less often the more they are: whoever forges such messages shall not keep
 * the loop busy.
 */
final class Undeliverable {

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** To tell one takes a hundredth of that at most. */
    private static final long INTERVAL_NANOS_EACH = TimeUnit.MICROSECONDS.toNanos(10);

    private static final int EACCES = 13;
    private static final int ENETUNREACH = 101;
    private static final int ECONNREFUSED = 111;
    private static final int EHOSTDOWN = 112;
    private static final int EHOSTUNREACH = 113;

    private final Shard shard;
    private final Burst burst;
    private Unreachable news;
    private boolean toldBefore;
    private long toldNanos;

    Undeliverable(Shard shard, Burst burst) {
        this.shard = shard;
        this.burst = burst;
    }

    /** {@return what an error of a UDP channel says of the peer, or null if it says nothing} */
    static Unreachable meaningOf(Throwable cause) {
        if (cause instanceof PortUnreachableException) {
            return Unreachable.PORT;
        }
        if (cause instanceof NoRouteToHostException) {
            return Unreachable.HOST;
        }
        if (cause instanceof Errors.NativeIoException nativeError) {
            return switch (Math.abs(nativeError.expectedErr())) {
                case ECONNREFUSED -> Unreachable.PORT;
                case EHOSTUNREACH, EHOSTDOWN, EACCES -> Unreachable.HOST;
                case ENETUNREACH -> Unreachable.NETWORK;
                default -> null;
            };
        }
        return meaningOfWords(String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT));
    }

    // The JDK tells some only by words.
    private static Unreachable meaningOfWords(String words) {
        if (words.contains("no route to host") || words.contains("host is down")) {
            return Unreachable.HOST;
        }
        return words.contains("network is unreachable") ? Unreachable.NETWORK : null;
    }

    /** The channel has failed to read or to send. {@return whether that is for the connections to know} */
    boolean hears(Throwable cause) {
        Unreachable what = shard.peer() == null ? null : meaningOf(cause);
        if (what == null) {
            return false;
        }
        if (news == null) {
            // Never in the middle of a flush, which is where a send fails.
            long wait =
                    toldBefore ? toldNanos + intervalNanos() - shard.resources().nowNanos() : 0;
            if (wait > 0) {
                shard.loop().schedule(this::spread, wait, TimeUnit.NANOSECONDS);
            } else {
                shard.loop().execute(this::spread);
            }
        }
        // That nobody has the port is the peer's own host's word; that there is no way, any router's, and perhaps an
        // older one.
        if (news != Unreachable.PORT) {
            news = what;
        }
        return true;
    }

    private long intervalNanos() {
        return Math.max(INTERVAL_NANOS, shard.connections().size() * INTERVAL_NANOS_EACH);
    }

    private void spread() {
        Unreachable what = news;
        long now = shard.resources().nowNanos();
        news = null;
        toldBefore = true;
        toldNanos = now;
        if (!shard.udp().isActive()) {
            return;
        }
        burst.begin(now);
        shard.forEachConnection(tcb -> tell(tcb, what, now));
        shard.udp().pipeline().fireUserEventTriggered(TimerExpiry.HANDLED);
    }

    private void tell(TransmissionControlBlock tcb, Unreachable what, long now) {
        Exception failure = SilenceWatch.undeliverable(tcb, what, now);
        if (failure != null) {
            burst.touch(tcb);
            StateMachineHandler.reset(tcb, failure);
        }
    }
}
