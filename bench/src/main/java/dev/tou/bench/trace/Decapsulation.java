// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.trace;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.capture.DatagramWriter;
import dev.tou.capture.Direction;

/** Makes of a capture of UDP, which others have written, one in which Wireshark finds TCP. */
final class Decapsulation {

    /** What was found. */
    record Result(
            long packets,
            long datagrams,
            long segments,
            long otherDatagrams,
            Map<CapturedDatagram.Absence, Long> absent,
            long unread,
            boolean cut) {}

    private final Set<Integer> ports;
    private final Map<CapturedDatagram.Absence, Long> absent = new EnumMap<>(CapturedDatagram.Absence.class);
    private long packets;
    private long others;

    /** @param ports the UDP ports of which one must be that of a datagram; if empty, those that their segments name, too */
    Decapsulation(Set<Integer> ports) {
        this.ports = ports;
    }

    /**
     * Reads a file and writes another.
     *
     * @param most how many datagrams to write at most
     * @throws Failure if one cannot be read, or the other not written
     */
    Result run(Path from, Path to, int snapBytes, long most) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(from), 1 << 16);
                PacketReader reader = opened(from, in);
                DatagramWriter writer = writer(from, to, snapBytes)) {
            PacketReader.Packet packet = next(from, reader);
            while (packet != null && writer.datagrams() < most) {
                packets++;
                take(packet, to, writer, most);
                packet = next(from, reader);
            }
            end(to, writer);
            return new Result(
                    packets, writer.datagrams(), writer.segments(), others, absent, reader.unread(), reader.isCut());
        } catch (IOException e) {
            throw Failures.reading(from, e);
        }
    }

    private static PacketReader opened(Path from, InputStream in) {
        try {
            return new PacketReader(in);
        } catch (IOException e) {
            throw unreadable(from, e);
        }
    }

    private static PacketReader.Packet next(Path from, PacketReader reader) {
        try {
            return reader.next();
        } catch (IOException e) {
            throw unreadable(from, e);
        }
    }

    private static Failure unreadable(Path from, IOException e) {
        String why = e instanceof EOFException ? "it ends too early" : e.getMessage();
        return new Failure(
                ExitCode.UNREADABLE,
                "Cannot read " + from + ": " + why + "; give what tcpdump -w or Wireshark has written.",
                e);
    }

    private static DatagramWriter writer(Path from, Path to, int snapBytes) {
        try {
            OutputStream out = new BufferedOutputStream(Files.newOutputStream(to), 1 << 16);
            return new DatagramWriter(out, "tou capture", "from " + from.getFileName(), snapBytes);
        } catch (IOException e) {
            throw unwritable(to, e);
        }
    }

    private static Failure unwritable(Path to, IOException e) {
        return Failures.writing(to, e);
    }

    private static void end(Path to, DatagramWriter writer) {
        try {
            writer.end(0);
            writer.flush();
        } catch (IOException e) {
            throw unwritable(to, e);
        }
    }

    private void take(PacketReader.Packet packet, Path to, DatagramWriter writer, long most) {
        CapturedDatagram.Finding finding = CapturedDatagram.in(packet);
        CapturedDatagram datagram = finding.datagram();
        if (datagram == null) {
            absent.merge(finding.absence(), 1L, Long::sum);
        } else if (!isWanted(datagram)) {
            others++;
        } else {
            write(packet.epochNanos(), datagram, to, writer, most);
        }
    }

    private boolean isWanted(CapturedDatagram datagram) {
        int source = datagram.source().getPort();
        int destination = datagram.destination().getPort();
        if (!ports.isEmpty()) {
            return ports.contains(source) || ports.contains(destination);
        }
        if (!DatagramWriter.isSegment(datagram.packet(), datagram.offset(), datagram.length())) {
            return false;
        }
        ByteBuffer segment = ByteBuffer.wrap(datagram.packet());
        return Short.toUnsignedInt(segment.getShort(datagram.offset())) == source
                || Short.toUnsignedInt(segment.getShort(datagram.offset() + 2)) == destination;
    }

    private static void write(long epochNanos, CapturedDatagram datagram, Path to, DatagramWriter writer, long most) {
        int end = datagram.offset() + datagram.length();
        int stride = Math.max(1, Trains.stride(datagram.packet(), datagram.offset(), datagram.length()));
        int at = datagram.offset();
        try {
            do {
                int length = Math.min(stride, end - at);
                writer.write(
                        epochNanos,
                        Direction.UNKNOWN,
                        datagram.source(),
                        datagram.destination(),
                        datagram.packet(),
                        at,
                        length,
                        null);
                at += length;
            } while (at < end && writer.datagrams() < most);
        } catch (IOException e) {
            throw unwritable(to, e);
        }
    }
}
