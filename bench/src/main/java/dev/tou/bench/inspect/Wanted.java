// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/**
 * What to show.
 *
 * @param address an IP address of either end, or nothing
 * @param port a TCP port of either end, or 0
 * @param states names of states, as RFC 9293 has them; none for all
 * @param most how many connections of an event loop
 */
record Wanted(String address, int port, Set<String> states, int most) {

    static final String LISTEN = "LISTEN";

    /** The names of {@code ss} for the states that it has another name for. */
    private static final Map<String, String> NAMES_OF_SS =
            Map.of("ESTABLISHED", "ESTAB", "SYN-RECEIVED", "SYN-RECV", "CLOSED", "UNCONN");

    private static final List<String> STATES = List.of(
            LISTEN,
            "SYN-SENT",
            "SYN-RECEIVED",
            "ESTABLISHED",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "CLOSE-WAIT",
            "CLOSING",
            "LAST-ACK",
            "TIME-WAIT");

    private static final int LAST_PORT = 65_535;

    /** {@return the name that {@code ss} has for a state} */
    static String shortName(String state) {
        return NAMES_OF_SS.getOrDefault(state, state);
    }

    /** {@return whether listeners are to be shown} */
    boolean listeners() {
        return states.isEmpty() || states.contains(LISTEN);
    }

    /** {@return whether anything but listeners is to be shown} */
    boolean connections() {
        return states.isEmpty() || states.size() > 1 || !states.contains(LISTEN);
    }

    /** {@return whether it is less than everything} */
    boolean isFilter() {
        return port != 0 || !address.isEmpty() || !states.isEmpty();
    }

    /** {@return states by the names that users give them} */
    static Set<String> states(Collection<String> given) {
        Set<String> states = new LinkedHashSet<>();
        for (String name : given) {
            String wanted = name.strip().toUpperCase(Locale.ROOT).replace('_', '-');
            states.add(STATES.stream()
                    .filter(state -> state.equals(wanted) || shortName(state).equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new Failure(
                            ExitCode.USAGE,
                            "\"" + name + "\" is no state of a connection; there are "
                                    + String.join(
                                                    ", ",
                                                    STATES.stream()
                                                            .map(Wanted::shortName)
                                                            .toList())
                                            .toLowerCase(Locale.ROOT)
                                    + ".")));
        }
        return states;
    }

    /** {@return what {@code HOST:PORT}, {@code :PORT} or {@code HOST} names; nothing for nothing} */
    static Wanted parse(String filter, Set<String> states, int most) {
        List<String> parts = new ArrayList<>(split(filter));
        int port = parts.get(1).isEmpty() ? 0 : port(filter, parts.get(1));
        try {
            String host = parts.get(0);
            String address = host.isEmpty() || host.equals("*")
                    ? ""
                    : InetAddress.getByName(host).getHostAddress();
            return new Wanted(address, port, states, most);
        } catch (UnknownHostException e) {
            throw new Failure(
                    ExitCode.UNKNOWN_HOST,
                    "No host is called \"" + parts.get(0) + "\"; check the spelling, or give its IP address.",
                    e);
        }
    }

    // An IPv6 address with a port is in brackets, one without need not be.
    private static List<String> split(String filter) {
        int colon = filter.lastIndexOf(':');
        boolean bracketed = filter.startsWith("[");
        boolean bare = !bracketed && filter.indexOf(':') != colon;
        if (colon < 0 || bare || bracketed && filter.endsWith("]")) {
            return List.of(unbracketed(filter), "");
        }
        return List.of(unbracketed(filter.substring(0, colon)), filter.substring(colon + 1));
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(String filter, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= LAST_PORT) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new Failure(
                ExitCode.USAGE, "\"" + filter + "\" has no port from 1 to 65535; write it like host:7000 or :7000.");
    }
}
