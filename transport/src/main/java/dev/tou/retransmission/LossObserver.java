// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

/** Is told of every segment that is found to be lost. */
@FunctionalInterface
public interface LossObserver {

    /** The segment at {@code seq}, so many bytes of sequence space, counts as lost. */
    void lost(int seq, int bytes);
}
