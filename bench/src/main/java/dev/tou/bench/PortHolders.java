// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** At which addresses of this host a port is held, as Linux tells it; elsewhere that is not known. */
final class PortHolders {

    private static final Path TABLES = Path.of("/proc/net");

    /** Of the kernel's TCP, what only has a connection does not hinder a listener. */
    private static final String LISTENING = "0A";

    private PortHolders() {}

    /** {@return the addresses at which a socket, UDP's or a TCP listener, has {@code port}; none if that is not known} */
    static Set<InetAddress> of(int port) {
        Set<InetAddress> holders = new LinkedHashSet<>();
        for (String table : List.of("udp", "udp6", "tcp", "tcp6")) {
            try {
                List<String> lines = Files.readAllLines(TABLES.resolve(table));
                holders.addAll(in(lines, port, table.startsWith("tcp"), ByteOrder.nativeOrder()));
            } catch (IOException e) {
                // another system, or one without IPv6
            }
        }
        return holders;
    }

    /**
     * {@return the same for one table of the kernel's}
     *
     * @param lines a head, and a socket each: a number, {@code ADDRESS:PORT} in hexadecimal, the remote one, the state, and more
     * @param order in which the host writes the words of an address
     */
    static List<InetAddress> in(List<String> lines, int port, boolean onlyListeners, ByteOrder order) {
        List<InetAddress> holders = new ArrayList<>();
        for (String line : lines) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length > 3
                    && columns[1].matches("([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4}")
                    && HexFormat.fromHexDigits(columns[1], columns[1].length() - 4, columns[1].length()) == port
                    && (!onlyListeners || columns[3].equals(LISTENING))) {
                holders.add(address(columns[1].substring(0, columns[1].indexOf(':')), order));
            }
        }
        return holders;
    }

    private static InetAddress address(String words, ByteOrder order) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length() / 2).order(order);
        for (int i = 0; i < words.length(); i += 8) {
            bytes.putInt(HexFormat.fromHexDigits(words, i, i + 8));
        }
        try {
            return InetAddress.getByAddress(bytes.array());
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // only of another length
        }
    }
}
