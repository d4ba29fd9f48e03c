// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often, and for how long, a socket has no room: the send would block, the datagram stays in the channel's outbound
 * buffer and its promise stays open until the socket has room again. io_uring and a full socket buffer look like this.
 *
 * @param probability that a send finds the socket full
 * @param shortest the shortest time until there is room
 * @param longest the longest
 */
public record SendDelay(double probability, Duration shortest, Duration longest) {
    /** The socket always has room. */
    public static final SendDelay NONE = new SendDelay(0, Duration.ZERO, Duration.ZERO);

    /** {@return nanoseconds until there is room, 0 for at once} */
    long nextNanos(RandomGenerator random) {
        if (!LossModel.chance(probability, random)) {
            return 0;
        }
        return Math.max(1, random.nextLong(shortest.toNanos(), longest.toNanos() + 1));
    }
}
