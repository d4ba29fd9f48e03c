// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.pipeline;

import java.io.IOException;
import java.util.Locale;

import io.netty.channel.unix.Errors;

/** What the kernel means by refusing a datagram. */
enum SendFailure {
    /** EMSGSIZE: larger than the interface carries. */
    TOO_LARGE,
    /** EIO or EINVAL for a train: the device or the kernel cannot segment it. */
    SEGMENTATION,
    /** ENOBUFS, EPERM and others: this datagram is lost, the next may pass. */
    TRANSIENT;

    private static final int EIO = 5;
    private static final int EINVAL = 22;
    private static final int EMSGSIZE = 90;

    static SendFailure of(Throwable cause) {
        if (cause instanceof Errors.NativeIoException nativeError) {
            return switch (Math.abs(nativeError.expectedErr())) {
                case EMSGSIZE -> TOO_LARGE;
                case EIO, EINVAL -> SEGMENTATION;
                default -> TRANSIENT;
            };
        }
        // The JDK tells only by words, which are those of the kernel.
        String words = cause instanceof IOException && cause.getMessage() != null
                ? cause.getMessage().toLowerCase(Locale.ROOT)
                : "";
        if (words.contains("message too long")) {
            return TOO_LARGE;
        }
        return words.contains("input/output error") || words.contains("invalid argument") ? SEGMENTATION : TRANSIENT;
    }
}
