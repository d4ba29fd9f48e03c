// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/** What is known of a path MTU probe. */
public enum ProbeFate {
    /** There is none, or what became of it has been asked. */
    NONE,
    /** It is on its way. */
    UNKNOWN,
    /** The peer has it. */
    ARRIVED,
    /** It was declared lost, or sent again in pieces, so that an acknowledgment would not tell. */
    LOST
}
