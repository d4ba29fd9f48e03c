// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.InetSocketAddress;
import java.util.random.RandomGenerator;

/** Decides whether the kernel of a host refuses to send. */
@FunctionalInterface
public interface SendFault {
    /** The kernel does its duty. */
    SendFault NONE = (random, recipient, bytes, segments) -> null;

    /** {@return the error with which this send fails, or null} */
    Errno onSend(RandomGenerator random, InetSocketAddress recipient, int bytes, int segments);

    /** {@return a fault that strikes with this probability} */
    static SendFault randomly(double probability, Errno errno) {
        return (random, recipient, bytes, segments) -> LossModel.chance(probability, random) ? errno : null;
    }

    /** {@return a fault that strikes the first {@code times} sends} */
    static SendFault first(int times, Errno errno) {
        int[] left = {times};
        return (random, recipient, bytes, segments) -> left[0]-- > 0 ? errno : null;
    }

    /** {@return a fault that strikes each send of more than one segment, as a device without offload does} */
    static SendFault segmented(Errno errno) {
        return (random, recipient, bytes, segments) -> segments > 1 ? errno : null;
    }
}
