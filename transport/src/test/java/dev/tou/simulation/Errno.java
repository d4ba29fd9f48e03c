// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.IOException;
import java.net.PortUnreachableException;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;

/** The errors with which a kernel refuses a datagram, worded as the native transports word them. */
public enum Errno {
    EPERM(1, "Operation not permitted"),
    EIO(5, "Input/output error"),
    EINVAL(22, "Invalid argument"),
    EMSGSIZE(90, "Message too long"),
    ENETUNREACH(101, "Network is unreachable"),
    ENOBUFS(105, "No buffer space available"),
    EHOSTUNREACH(113, "No route to host"),
    ECONNREFUSED(111, "Connection refused"),
    /** The same, as the native transports report it when a send fails. */
    ECONNREFUSED_OF_EPOLL(111, "Connection refused");

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** {@return a new exception, as a datagram channel would report it} */
    public IOException exception() {
        if (this == ECONNREFUSED) {
            return new PortUnreachableException();
        }
        if (this == ECONNREFUSED_OF_EPOLL) {
            Epoll.ensureAvailability();
            return new Errors.NativeIoException("sendmsg", -number);
        }
        return new IOException("sendmsg(..) failed with error(-" + number + "): " + text);
    }
}
