// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.replay.Event.Source;

/**
 * The wire between the two ends: a relay of UDP datagrams that shows each segment before it passes it on, and can lose it, hold it
 * back, or send it once more.
 *
 * <p>It is seen by the client under the server's port on another loopback address, because the TCP port of a segment is the port
 * that the client connects to. Whoever sends to that address last is the client.
 */
final class Wire implements AutoCloseable {

    private static final int LARGEST = 65_535;

    private final Transcript transcript;
    private final SceneCapture capture;
    private final InetSocketAddress clientSide;
    private final SocketAddress server;
    private final DatagramSocket back;
    private final List<Rule> rules = new ArrayList<>();
    private final List<Datagram> held = new ArrayList<>();
    private final List<Datagram> history = new ArrayList<>();
    private DatagramSocket front;
    private SocketAddress client;
    private boolean cut;
    private Duration delay = Duration.ZERO;
    private ScheduledExecutorService clock;

    /** What happens to the next so many segments of a kind. */
    private static final class Rule {
        private final Pick pick;
        private final Fate fate;
        private int left;

        Rule(Pick pick, Fate fate, int times) {
            this.pick = pick;
            this.fate = fate;
            left = times;
        }
    }

    /** A segment with the bytes that it was in, so that it can be sent again. */
    record Datagram(Source direction, byte[] bytes) {
        WireSegment segment() {
            return WireSegment.read(bytes, bytes.length);
        }

        /** {@return whether {@code later} says the same once more, but for timestamps} */
        boolean isRepeatedBy(Datagram later) {
            WireSegment one = segment();
            WireSegment other = later.segment();
            return direction == later.direction
                    && one.is(other.flags() & ~Flags.PSH)
                    && one.seq() == other.seq()
                    && one.end() == other.end()
                    && one.ack() == other.ack();
        }
    }

    private Wire(
            Transcript transcript,
            SceneCapture capture,
            InetSocketAddress clientSide,
            InetSocketAddress serverSide,
            SocketAddress server)
            throws IOException {
        this.transcript = transcript;
        this.capture = capture;
        this.clientSide = clientSide;
        this.server = server;
        back = new DatagramSocket(serverSide);
        front = new DatagramSocket(clientSide);
    }

    /**
     * Opens a wire to {@code server}.
     *
     * @param clientSide where clients send to
     * @param serverSide where the server sees them come from
     */
    static Wire open(
            Transcript transcript,
            SceneCapture capture,
            InetSocketAddress clientSide,
            InetSocketAddress serverSide,
            SocketAddress server) {
        try {
            Wire wire = new Wire(transcript, capture, clientSide, serverSide, server);
            wire.back.connect(server);
            wire.read(wire.back, Source.TO_CLIENT);
            wire.read(wire.front, Source.TO_SERVER);
            return wire;
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CANNOT_LISTEN,
                    "The wire cannot be put on " + clientSide.getAddress().getHostAddress() + ":" + clientSide.getPort()
                            + ", another address of this machine (" + e.getMessage()
                            + "); Linux has it, elsewhere give it to the loopback interface.",
                    e);
        }
    }

    /** {@return where clients connect to} */
    InetSocketAddress clientSide() {
        return clientSide;
    }

    // --- what it does to segments ---

    /** Loses the next {@code times} segments of a kind. */
    synchronized void lose(int times, Pick pick) {
        rules.add(new Rule(pick, Fate.LOST, times));
    }

    /** Holds back segments of a kind until they are {@linkplain #release released}, and whatever repeats one of them. */
    synchronized void hold(Pick pick) {
        rules.add(new Rule(pick, Fate.HELD, Integer.MAX_VALUE));
    }

    /** Passes on what it held back, each once and in order. */
    synchronized void release() {
        List<Datagram> now = List.copyOf(held);
        held.clear();
        rules.removeIf(rule -> rule.fate == Fate.HELD);
        now.forEach(this::again);
    }

    /** Sends a segment once more. */
    synchronized void again(Datagram datagram) {
        WireSegment segment = datagram.segment();
        passes(datagram, segment, Fate.REPEATED);
    }

    /** {@return the last segment of a kind, to send it {@link #again}} */
    synchronized Datagram last(Pick pick) {
        for (int i = history.size() - 1; i >= 0; i--) {
            Datagram datagram = history.get(i);
            if (pick.test(new Pick.Passing(datagram.direction(), datagram.segment()))) {
                return datagram;
            }
        }
        throw NotSeen.of("the segment that is to be repeated");
    }

    /** From now on a segment is so long on its way; they stay in order. */
    synchronized void delay(Duration time) {
        delay = time;
        if (clock == null) {
            clock = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "replay-wire-delay");
                thread.setDaemon(true);
                return thread;
            });
        }
    }

    /** Loses everything from now on. */
    synchronized void cut() {
        cut = true;
    }

    /** Passes segments again. */
    synchronized void mend() throws IOException {
        cut = false;
        if (front.isClosed()) {
            front = new DatagramSocket(clientSide);
            read(front, Source.TO_SERVER);
        }
    }

    // --- how it works ---

    private void read(DatagramSocket socket, Source direction) {
        Thread reader = new Thread(() -> run(socket, direction), "replay-wire-" + direction);
        reader.setDaemon(true);
        reader.start();
    }

    private void run(DatagramSocket socket, Source direction) {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        while (!socket.isClosed()) {
            try {
                packet.setLength(LARGEST);
                socket.receive(packet);
                byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
                arrived(new Datagram(direction, bytes), packet.getSocketAddress());
            } catch (PortUnreachableException e) {
                portUnreachable();
            } catch (IOException e) {
                // Closed: the loop ends. All else is a datagram that did not arrive, as on any wire.
            }
        }
    }

    private synchronized void arrived(Datagram datagram, SocketAddress from) {
        WireSegment segment = datagram.segment();
        if (segment == null || back.isClosed()) {
            return;
        }
        if (datagram.direction() == Source.TO_SERVER) {
            client = from;
        }
        history.add(datagram);
        Fate fate = fate(new Pick.Passing(datagram.direction(), segment));
        if (fate == Fate.PASSED) {
            passes(datagram, segment, fate);
            return;
        }
        transcript.segment(datagram.direction(), segment, fate, false);
        if (fate != Fate.HELD) {
            capture(datagram, fate);
        } else if (held.stream().noneMatch(before -> before.isRepeatedBy(datagram))) {
            held.add(datagram);
        }
    }

    private Fate fate(Pick.Passing passing) {
        if (cut) {
            return Fate.LOST;
        }
        for (Rule rule : rules) {
            if (rule.left > 0 && rule.pick.test(passing)) {
                rule.left--;
                return rule.fate;
            }
        }
        return Fate.PASSED;
    }

    private void passes(Datagram datagram, WireSegment segment, Fate fate) {
        transcript.segment(datagram.direction(), segment, fate, delay.isZero());
        if (delay.isZero()) {
            capture(datagram, fate);
            pass(datagram);
            return;
        }
        if (datagram.direction() == Source.TO_SERVER) {
            capture(datagram, fate);
        }
        clock.schedule(() -> arrives(datagram, segment, fate), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void capture(Datagram datagram, Fate fate) {
        InetSocketAddress unknown = new InetSocketAddress(0);
        capture.write(datagram, client instanceof InetSocketAddress known ? known : unknown, clientSide, fate);
    }

    private synchronized void arrives(Datagram datagram, WireSegment segment, Fate fate) {
        if (!back.isClosed()) {
            transcript.arrival(datagram.direction(), segment);
            if (datagram.direction() == Source.TO_CLIENT) {
                capture(datagram, fate);
            }
            pass(datagram);
        }
    }

    private void pass(Datagram datagram) {
        boolean toServer = datagram.direction() == Source.TO_SERVER;
        SocketAddress to = toServer ? server : client;
        try {
            if (to != null) {
                (toServer ? back : front).send(new DatagramPacket(datagram.bytes(), datagram.bytes().length, to));
            }
        } catch (PortUnreachableException e) {
            portUnreachable();
        } catch (IOException e) {
            // Nobody is there any more; the wire does not care.
        }
    }

    /** Nobody has the server's port: the client's host must hear so, and does when nobody has the wire's. */
    private synchronized void portUnreachable() {
        if (!cut && !front.isClosed()) {
            transcript.say(
                    "ICMP: nobody listens on the server's UDP port. The wire closes its own, so that the client's host "
                            + "hears it, too; what the client sends again is not shown.");
            front.close();
        }
    }

    @Override
    public synchronized void close() {
        front.close();
        back.close();
        if (clock != null) {
            clock.shutdownNow();
        }
    }
}
