// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

/** Limits of what goes to a UDP channel in one piece. */
final class Segments {

    /** The most segments in a train: the kernel's UDP_MAX_SEGMENTS on every version that has the offload. */
    static final int PER_TRAIN = 64;

    private Segments() {}
}
