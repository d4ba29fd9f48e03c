// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tou.capture.DatagramWriter;
import dev.tou.capture.Direction;
import dev.tou.capture.PcapNgWriter;
import io.netty.buffer.ByteBufUtil;

/**
 * Remembers the last datagrams of a network and what became of each, so that a failing test can leave a capture.
 *
 * <p>{@code network.onDatagram(trace)} at the beginning, {@link #writeTo} in the end.
 */
public final class DatagramTrace implements DatagramListener {
    private final int limit;
    private final Map<Long, Entry> entries = new LinkedHashMap<>();

    /** Keeps the last {@code limit} datagrams. */
    public DatagramTrace(int limit) {
        this.limit = limit;
    }

    @Override
    public void onDatagram(long nowNanos, Datagram datagram, Fate fate) {
        if (fate == Fate.SENT) {
            entries.put(datagram.number(), new Entry(datagram));
            forgetOldest();
            return;
        }
        Entry entry = entries.get(datagram.number());
        if (entry != null) {
            entry.fates.add(fate + " at " + nowNanos + " ns");
        }
    }

    /** {@return one line per datagram} */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        entries.values()
                .forEach(entry -> lines.add(entry.datagram.sentNanos() + " ns " + entry.datagram + ": " + entry));
        return lines;
    }

    /** Writes a capture, with virtual time since 1970: each datagram at the time of sending, its fate as a comment. */
    public Path writeTo(Path file) throws IOException {
        try (DatagramWriter writer = new DatagramWriter(
                new BufferedOutputStream(Files.newOutputStream(file)),
                "tou simulation",
                "simulated, time since the beginning",
                PcapNgWriter.WHOLE_PACKETS)) {
            for (Entry entry : entries.values()) {
                Datagram datagram = entry.datagram;
                writer.write(
                        datagram.sentNanos(),
                        Direction.UNKNOWN,
                        datagram.source(),
                        datagram.destination(),
                        ByteBufUtil.getBytes(datagram.payload()),
                        0,
                        datagram.length(),
                        entry.toString());
            }
            writer.end(0);
        }
        return file;
    }

    private void forgetOldest() {
        if (entries.size() > limit) {
            Iterator<Entry> oldest = entries.values().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private static final class Entry {
        private final Datagram datagram;
        private final List<String> fates = new ArrayList<>(1);

        Entry(Datagram datagram) {
            this.datagram = datagram;
        }

        @Override
        public String toString() {
            return fates.isEmpty() ? "on its way" : String.join(", ", fates);
        }
    }
}
