// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The endpoints of the process by what they were bound to, save those that share their address by {@code SO_REUSEPORT}. */
final class EndpointRegistry {

    /**
     * Held by who looks for an endpoint and opens one if there is none: two that do so at once would both find none. And by
     * who lets another socket be bound beside one, for as long as he does: somebody else's would be, too. It is one for all
     * names, because a part of a wildcard has another. For a wildcard that is as long as it takes to look at all interfaces, to bind
     * a UDP channel to each address and to run the application's initializer for each; another loop's bind waits meanwhile.
     */
    static final Object OPENING = new Object();

    /** What an endpoint was bound to. The transport is part of it, because simulated hosts share a process. */
    record Name(DatagramTransport transport, InetSocketAddress address) {

        /** {@return whether it is one address of this wildcard} */
        boolean isPartOf(Name wildcard) {
            return wildcard.isWildcard()
                    && !isWildcard()
                    && transport.equals(wildcard.transport)
                    && address.getPort() == wildcard.address.getPort();
        }

        boolean isWildcard() {
            return address.getAddress().isAnyLocalAddress();
        }
    }

    private static final List<InetAddress> WILDCARDS = List.of(anyOf(new byte[4]), anyOf(new byte[16]));

    private static final ConcurrentMap<Name, UdpEndpoint> ENDPOINTS = new ConcurrentHashMap<>();

    private EndpointRegistry() {}

    private static InetAddress anyOf(byte[] zeros) {
        try {
            return InetAddress.getByAddress(zeros);
        } catch (UnknownHostException e) {
            throw new AssertionError(zeros.length + " bytes are an address", e);
        }
    }

    static void put(Name name, UdpEndpoint endpoint) {
        ENDPOINTS.put(name, endpoint);
    }

    static void remove(Name name, UdpEndpoint endpoint) {
        ENDPOINTS.remove(name, endpoint);
    }

    /** {@return the endpoint of that name, or null} */
    static UdpEndpoint find(Name name) {
        return ENDPOINTS.get(name);
    }

    /** {@return the endpoints of the wildcards that this is an address of} */
    static List<UdpEndpoint> wildcardsOf(Name name) {
        return WILDCARDS.stream()
                .map(any -> find(new Name(
                        name.transport(),
                        new InetSocketAddress(any, name.address().getPort()))))
                .filter(wildcard -> wildcard != null)
                .toList();
    }

    /** {@return the endpoints of single addresses of a wildcard; none if it is no wildcard} */
    static List<UdpEndpoint> partsOf(Name wildcard) {
        return ENDPOINTS.entrySet().stream()
                .filter(entry -> entry.getKey().isPartOf(wildcard))
                .map(Map.Entry::getValue)
                .toList();
    }
}
