// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

import dev.tou.bench.Failure;
import dev.tou.bench.Transports;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;

/** What the network of this machine does, tried on loopback. */
final class NetworkChecks {

    private static final int PATIENCE_MILLIS = 1000;

    private final Transports.Io io;

    NetworkChecks(Transports.Io io) {
        this.io = io;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(connection());
        findings.add(loops("epoll", Epoll.isAvailable(), Epoll.unavailabilityCause()));
        findings.add(loops("io_uring", IoUring.isAvailable(), IoUring.unavailabilityCause()));
        findings.addAll(OffloadProbe.findings());
        findings.add(ipv6());
        findings.add(icmp());
        return findings;
    }

    private Finding connection() {
        try {
            Loopback.connection(io);
            return Finding.ok("tou", "A connection over loopback carries bytes both ways.");
        } catch (Failure failure) {
            return Finding.problem(
                    "tou", failure.getMessage(), "exit", failure.exit().code());
        }
    }

    static Finding loops(String name, boolean available, Throwable cause) {
        if (available) {
            return Finding.ok(name, "Event loops of it work" + (name.equals("epoll") ? ", and are the default." : "."));
        }
        String why = rootOf(cause);
        return Finding.note(
                name,
                "Not available (" + why + "); "
                        + (name.equals("epoll")
                                ? "NIO is used, which is slower and has no offloads: Linux on x86-64 or AArch64 has it."
                                : "not needed: epoll is the default."),
                "cause",
                why);
    }

    private static String rootOf(Throwable cause) {
        Throwable root = cause;
        while (root != null && root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root == null ? "unknown" : String.valueOf(root.getMessage());
        return message.lines().findFirst().orElse("unknown");
    }

    private static Finding ipv6() {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("::1"), 0))) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.send(new DatagramPacket(new byte[1], 1, socket.getLocalSocketAddress()));
            socket.receive(new DatagramPacket(new byte[1], 1));
            return Finding.ok("ipv6", "Works on loopback.");
        } catch (IOException e) {
            return Finding.note(
                    "ipv6",
                    "Does not work on loopback (" + e.getMessage() + "); tou uses IPv4, and needs no more.",
                    "cause",
                    e.getMessage());
        }
    }

    /**
     * A connected socket hears by ICMP that nobody listens there, so that connect fails at once and not by a timeout.
     */
    private static Finding icmp() {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), closedPort()));
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.send(new DatagramPacket(new byte[1], 1));
            socket.receive(new DatagramPacket(new byte[1], 1));
            return Finding.note("icmp", "A port where nobody listens has answered; who is there?");
        } catch (PortUnreachableException heard) {
            return Finding.ok("icmp", "Errors are heard: a port where nobody listens refuses at once.", "heard", true);
        } catch (SocketTimeoutException unheard) {
            return Finding.note(
                    "icmp",
                    "Errors are not heard, so a port where nobody listens is noticed by a timeout only; see whether a"
                            + " firewall drops ICMP.",
                    "heard",
                    false);
        } catch (IOException e) {
            return Finding.note("icmp", "Could not be tried: " + e.getMessage() + ".", "heard", null);
        }
    }

    private static int closedPort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
