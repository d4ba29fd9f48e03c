// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where a command is to listen, as people write it: {@code 7000}, {@code 127.0.0.1:7000}, {@code [::1]:7000}.
 *
 * @param host name or address of this machine, without brackets; {@code 0.0.0.0} for all
 * @param port 0 to 65535; with 0 the system chooses
 */
public record ListenAddress(String host, int port) {

    private static final String EVERYWHERE = "0.0.0.0";

    /** {@return the address that {@code text} names} */
    public static ListenAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon >= 0 && !text.endsWith(":0")) {
            HostAndPort named = HostAndPort.parse(text);
            return new ListenAddress(named.host(), named.port());
        }
        if (colon >= 0) { // only a listener may leave the port to the system
            return new ListenAddress(
                    HostAndPort.parse(text.substring(0, colon) + ":1").host(), 0);
        }
        return new ListenAddress(EVERYWHERE, parsePort(text));
    }

    /**
     * Does nothing if {@code address} is one without a port, as far as can be seen.
     *
     * @param option has it, as a user would write it
     * @param portOption is where the port belongs, or null if the system chooses it
     * @throws Failure otherwise, with {@link ExitCode#USAGE}
     */
    public static void requireNoPort(String option, String address, String portOption) {
        if (HostAndPort.isOne(address)) {
            HostAndPort both = HostAndPort.parse(address);
            throw new Failure(
                    ExitCode.USAGE,
                    option + " takes an address alone; write " + option + " " + both.host()
                            + (portOption == null ? "" : " " + portOption + " " + both.port()) + ".");
        }
    }

    private static int parsePort(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // told below, in the same words as a number out of range
        }
        if (text.matches("\\d+")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a port; give a number from 0 to 65535");
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is not [ADDRESS:]PORT; write it like 7000, 127.0.0.1:7000" + " or [::1]:7000");
    }

    /**
     * {@return the same for a socket}
     *
     * @throws Failure if no host has this name
     */
    public InetSocketAddress resolve() {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw Failures.listening(InetSocketAddress.createUnresolved(host, port), e);
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
