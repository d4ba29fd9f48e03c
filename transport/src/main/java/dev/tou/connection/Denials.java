// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * What the network has said by ICMP since the peer was last heard, and whether it is believed (RFC 5461): that the port is
 * unreachable counts once for each repetition, because only what is repeated, and denied again, is no stray or forged message.
 */
final class Denials {

    /** How many repetitions must have been answered so. */
    private static final int BELIEVED = 2;

    private Unreachable unreachable;
    private int attempts;
    private int count;

    /** Something could not be delivered, after so many repetitions and probes. */
    void told(Unreachable what, int attemptsSoFar) {
        unreachable = what;
        if (what == Unreachable.PORT && attemptsSoFar > attempts) {
            attempts = attemptsSoFar;
            count++;
        }
    }

    /** The peer got something; so many repetitions and probes count as made before. */
    void beginAnew(int attemptsSoFar) {
        attempts = attemptsSoFar;
        count = 0;
    }

    /** The peer was heard, so whatever the network has said explains nothing any more. */
    void forget() {
        unreachable = null;
    }

    /** {@return whether a second repetition has found the peer's port unreachable again} */
    boolean areBelieved() {
        return count >= BELIEVED;
    }

    /** {@return what the network has said since the peer was last heard, or null} */
    Unreachable unreachable() {
        return unreachable;
    }
}
