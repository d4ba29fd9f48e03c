// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

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
            String missing = name.equals("quic") ? QuicContender.unavailability() : null;
            if (missing == null) {
                found.add(named(name, settings));
            } else {
                absent.accept(name + ": not available here (" + missing + ")");
            }
        }
        return found;
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
            return SocketContender.tou(name, settings.withPathMtu(mtu(name)));
        } else if (name.matches("tcp-[0-9]{1,6}")) {
            if (settings.io() == Transports.Io.NIO) {
                throw usage("\"" + name + "\" needs --io epoll or io_uring, because NIO cannot set the segment size.");
            }
            return SocketContender.tcpOfMtu(name, settings.withPathMtu(mtu(name)));
        }
        throw usage("There is no transport \"" + name
                + "\"; choose from tcp, tou and quic, or with a path MTU of its own, such as tou-65535 or tcp-1500.");
    }

    private static int mtu(String name) {
        return requireMtu(Integer.parseInt(name.substring(name.indexOf('-') + 1)));
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
