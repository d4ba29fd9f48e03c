// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Transports;

/** Finds transports by their names. */
final class Contenders {

    /** What ratios are formed to. */
    static final String BASELINE = "tcp";

    private static final int LEAST_MTU = 1280;
    private static final int LARGEST_MTU = 65_535;
    private static final String TCP_WITH_ALGORITHM = "tcp-[a-z]+";
    private static final Path ALGORITHMS = Path.of("/proc/sys/net/ipv4/tcp_available_congestion_control");

    private Contenders() {}

    /**
     * {@return the transports called {@code names}, in that order}
     *
     * @param absent told, in a clause, of each transport that does not work here and is left out
     * @throws Failure if a name means nothing, or comes twice
     */
    static List<Contender> named(List<String> names, Settings settings, Consumer<String> absent) {
        List<Contender> found = new ArrayList<>();
        for (String name : names) {
            if (names.indexOf(name) != names.lastIndexOf(name)) {
                throw usage("The transport \"" + name + "\" is named twice.");
            }
            String missing = missing(name);
            if (missing == null) {
                found.add(named(name, settings));
            } else {
                absent.accept(name + ": not available here (" + missing + ")");
            }
        }
        return found;
    }

    /** {@return why a transport does not work here, or null if it does} */
    private static String missing(String name) {
        if (name.equals("quic")) {
            try {
                return QuicContender.unavailability();
            } catch (LinkageError e) {
                return e.toString(); // its classes are not there
            }
        }
        boolean algorithm = name.matches(TCP_WITH_ALGORITHM);
        return algorithm && !kernelAlgorithms().contains(suffix(name))
                ? "the kernel has no congestion control of that name"
                : null;
    }

    private static List<String> kernelAlgorithms() {
        String names = Environment.read(ALGORITHMS);
        return names == null ? List.of() : List.of(names.split(" "));
    }

    private static Contender named(String name, Settings settings) {
        requireMtu(settings.pathMtuBytes());
        if (name.equals("tcp")) {
            return SocketContender.tcp(settings);
        } else if (name.equals("tou")) {
            return SocketContender.tou(name, settings);
        } else if (name.equals("quic")) {
            return new QuicContender(settings);
        } else if (name.matches("tou-[0-9]{1,6}")) {
            return SocketContender.touOfMtu(name, settings.withPathMtu(mtu(name)));
        } else if (name.startsWith("tcp-") && settings.io() == Transports.Io.NIO) {
            throw usage("\"" + name + "\" needs --io epoll or io_uring, because NIO has no option for it.");
        } else if (name.matches("tcp-[0-9]{1,6}")) {
            return SocketContender.tcpOfMtu(name, settings.withPathMtu(mtu(name)));
        } else if (name.matches(TCP_WITH_ALGORITHM)) {
            return SocketContender.tcpOfAlgorithm(name, settings, suffix(name));
        }
        throw usage(
                "There is no transport \"" + name
                        + "\"; choose from tcp, tou and quic, or with a path MTU of its own, such as tou-65535 or tcp-1500, or a congestion control, such as tcp-cubic.");
    }

    private static String suffix(String name) {
        return name.substring(name.indexOf('-') + 1);
    }

    private static int mtu(String name) {
        return requireMtu(Integer.parseInt(suffix(name)));
    }

    private static int requireMtu(int bytes) {
        if (bytes < LEAST_MTU || bytes > LARGEST_MTU) {
            throw usage("A path MTU is from " + LEAST_MTU + " to " + LARGEST_MTU + " bytes, not " + bytes + ".");
        }
        return bytes;
    }

    private static Failure usage(String sentence) {
        return new Failure(ExitCode.USAGE, sentence);
    }
}
