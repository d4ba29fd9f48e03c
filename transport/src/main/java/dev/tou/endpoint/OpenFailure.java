// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.BindException;
import java.net.InetSocketAddress;

import io.netty.channel.ChannelFuture;
import io.netty.channel.unix.Errors;

/** Why a UDP channel could not be opened, in the words of java.net whatever the transport: applications look for them. */
final class OpenFailure {

    private static final int EACCES = 13;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;

    private OpenFailure() {}

    /**
     * Passes if the future, of a registration or a bind, has succeeded.
     *
     * @throws Exception as java.net has it: a {@link BindException} if the address is in use, or not of this host
     */
    static void rethrow(ChannelFuture future, InetSocketAddress address) throws Exception {
        if (!future.isDone()) {
            throw new BindException("the UDP channel could not be opened at once: " + future);
        }
        if (future.cause() instanceof Exception e) {
            throw of(e, address);
        }
    }

    /** {@return what to tell the application} */
    static Exception of(Exception cause, InetSocketAddress address) {
        String words = wordsFor(cause);
        if (words == null) {
            return cause;
        }
        BindException refused = new BindException(words + ": " + address);
        refused.initCause(cause);
        return refused;
    }

    private static String wordsFor(Exception cause) {
        if (cause instanceof Errors.NativeIoException nativeError) {
            return switch (Math.abs(nativeError.expectedErr())) {
                case EADDRINUSE -> "Address already in use";
                case EADDRNOTAVAIL -> "Cannot assign requested address";
                case EACCES -> "Permission denied";
                default -> null;
            };
        }
        for (Throwable at = cause; at != null; at = at.getCause()) {
            // Some transports wrap what a bind inside of connect has thrown.
            if (at instanceof BindException) {
                return at.getMessage();
            }
        }
        return null;
    }
}
