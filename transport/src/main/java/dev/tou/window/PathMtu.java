// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/**
 * How large a packet the path carries, found by trying (RFC 8899, in the way of RFC 4821: a probe is a segment of the
 * application's text that is larger than the others). No ICMP is needed, and none is believed.
 *
 * <pre>
 *   BASE --open--> SEARCHING --probe arrives--> SEARCHING, larger segments
 *                            --3 probes lost--> SEARCHING below that size
 *                            --nothing left---> COMPLETE --600 s--> SEARCHING above what is known
 *   any, above the base -----two timeouts of large segments, or the host refuses one---------> BASE, and again
 *   BASE after timeouts -----what was sent first had arrived, the timeouts were spurious-----> as before them
 * </pre>
 *
 * <p>The search tries the bound first, what the interface and the peer take, because that is right on most paths; then 1500,
 * Ethernet; then it halves a list of the sizes that tunnels leave. A size that the congestion window cannot hold a few of has to
 * wait, and a smaller one that it can is tried in between.
 *
 * <p>Sizes are IP packets in bytes. A rule class: it sends nothing; whoever sends asks {@link #nextProbeBytes} and reports what
 * became of it.
 */
public final class PathMtu {

    /** The packet size that every path is trusted to carry: 1200 bytes of UDP payload over IPv4 (RFC 8899 section 5.1.2). */
    public static final int BASE_BYTES = 1228;

    /** What every IPv4 host takes (RFC 791): nothing is made smaller than this. */
    public static final int LEAST_BYTES = 576;

    /** The largest IPv4 packet. */
    public static final int MOST_BYTES = 65_535;

    /** How many probes of one size may be lost before it counts as too large (MAX_PROBES of RFC 8899 section 5.1.2). */
    static final int MAX_PROBES = 3;

    /** How long after a lost probe the next one leaves: too large or not, it has cost the application a round trip. */
    static final long PROBE_INTERVAL_NANOS = 1_000_000_000L;

    /** How long a finished search rests (PMTU_RAISE_TIMER of RFC 8899 section 5.1.1). */
    static final long RAISE_INTERVAL_NANOS = 600_000_000_000L;

    /** How many timeouts in a row of large segments mean that the path takes them no more. */
    static final int BLACK_HOLE_TIMEOUTS = 2;

    /** How many segments of a size the window must hold before segments become so large: fewer make loss hard to find. */
    static final int WINDOW_SEGMENTS = 4;

    /** IPv6 everywhere; tunnels and PPPoE in many shapes; Ethernet; its jumbo frames; what a page or two of memory holds. */
    private static final int[] SIZES = {
        1280, 1400, 1420, 1432, 1452, 1472, 1480, 1492, 1500, 9000, 16_384, 32_768, MOST_BYTES
    };

    private static final int ETHERNET = 1500;

    private int bytes = BASE_BYTES;
    private int baseBytes = BASE_BYTES;
    private int boundBytes = BASE_BYTES;

    /** No larger packet is to be tried before the next search. */
    private int ceilingBytes = BASE_BYTES;

    private boolean on;
    private int probedBytes;

    /** How many probes in a row were lost, all of one size. */
    private int lostProbes;

    private int lostBytes;
    private int timeouts;

    /** What segments were before timeouts made them smaller, in bytes, as long as these may turn out to be spurious; or 0. */
    private int doubtedBytes;

    /** How far the search was then. */
    private int doubtedCeilingBytes;

    private long doubtedNextNanos;

    /** The size of a packet that was refused although the interface carries it, and of none as large that left since; or 0. */
    private int refusedBytes;

    private long nextNanos;

    /**
     * The connection is synchronized.
     *
     * @param startBytes the packet size to start with
     * @param mostBytes what the interface and the peer take
     * @param discover whether to look for more than the start
     */
    public void open(int startBytes, int mostBytes, boolean discover, long nowNanos) {
        bytes = startBytes;
        baseBytes = Math.min(startBytes, BASE_BYTES);
        boundBytes = Math.max(startBytes, Math.min(mostBytes, MOST_BYTES));
        ceilingBytes = boundBytes;
        on = discover;
        nextNanos = nowNanos;
    }

    /** {@return the largest packet to send now, in bytes: PLPMTU of RFC 8899} */
    public int bytes() {
        return bytes;
    }

    /** {@return the largest packet that will ever be tried, in bytes} */
    int boundBytes() {
        return boundBytes;
    }

    /** {@return whether there is a larger size that is to be tried before the search rests} */
    boolean isSearching() {
        return on && ceilingBytes > bytes;
    }

    /** {@return the size of the probe that is on its way, or 0} */
    public int probedBytes() {
        return probedBytes;
    }

    /** {@return whether a probe may leave now, if there is a window for it; cheap, and asked for every train} */
    public boolean isDue(long nowNanos) {
        return on && probedBytes == 0 && bytes < boundBytes && nowNanos - nextNanos >= 0;
    }

    /**
     * Chooses the next probe; where all have been tried, the search begins anew. {@return the size of its packet, or 0 for none}
     *
     * @param windowBytes what may be in flight: the smaller of the congestion window and the peer's
     * @param textBytes how much text there is for it
     */
    public int nextProbeBytes(long windowBytes, int textBytes) {
        if (ceilingBytes <= bytes) {
            // Asked when due, so the search has rested: the path may have become a better one.
            ceilingBytes = boundBytes;
            lostProbes = 0;
        }
        int wanted = nextSize(ceilingBytes);
        int most = (int) Math.min(windowBytes / WINDOW_SEGMENTS, textBytes);
        return wanted <= most ? wanted : largestSizeUpTo(most);
    }

    // The bound, Ethernet, then halves.
    private int nextSize(int most) {
        if (most == boundBytes) {
            return most;
        }
        if (bytes < ETHERNET && most > ETHERNET) {
            return ETHERNET;
        }
        int low = 0;
        while (low < SIZES.length && SIZES[low] <= bytes) {
            low++;
        }
        int high = low;
        while (high < SIZES.length && SIZES[high] <= most) {
            high++;
        }
        if (low < high) {
            return SIZES[low + (high - low) / 2];
        }
        return bytes < baseBytes && baseBytes <= most ? baseBytes : 0;
    }

    // One of the list that is worth the while, before the window is large enough for the right one.
    private int largestSizeUpTo(int most) {
        int found = 0;
        for (int size : SIZES) {
            if (size > bytes && size <= most && size >= ETHERNET && size < ceilingBytes) {
                found = size;
            }
        }
        return found;
    }

    /** A probe has been handed over. */
    public void probeSent(int packetBytes) {
        probedBytes = packetBytes;
    }

    /** The probe has arrived. {@return whether segments may be larger from now on} */
    public boolean probeArrived(long nowNanos) {
        boolean larger = probedBytes > bytes && probedBytes <= boundBytes;
        if (larger) {
            bytes = probedBytes;
            ceilingBytes = Math.max(ceilingBytes, bytes);
            lostProbes = 0;
        }
        probedBytes = 0;
        settle(nowNanos, nowNanos);
        return larger;
    }

    /** The probe is lost, which says nothing of congestion: its size alone may be the cause (RFC 8899 section 3). */
    public void probeLost(long nowNanos) {
        int size = probedBytes;
        probedBytes = 0;
        if (size > bytes && size <= ceilingBytes) {
            lostProbes = size == lostBytes ? lostProbes + 1 : 1;
            lostBytes = size;
            if (lostProbes >= MAX_PROBES) {
                ceilingBytes = size - 1;
                lostProbes = 0;
            }
        }
        settle(nowNanos, nowNanos + PROBE_INTERVAL_NANOS);
    }

    private void settle(long nowNanos, long nextProbeNanos) {
        boolean over = ceilingBytes <= bytes || nextSize(ceilingBytes) == 0;
        if (over) {
            ceilingBytes = bytes;
        }
        nextNanos = over ? nowNanos + RAISE_INTERVAL_NANOS : nextProbeNanos;
    }

    /** Something new was acknowledged: the path carries what is sent. */
    public void progressed() {
        timeouts = 0;
    }

    /**
     * The retransmission timer has expired for a segment that made a packet of this size. Two in a row with nothing acknowledged
     * between them: a black hole (RFC 8899 section 4.3).
     *
     * @return whether segments must be smaller from now on
     */
    public boolean timedOut(int packetBytes, long nowNanos) {
        if (!on || packetBytes <= baseBytes || ++timeouts < BLACK_HOLE_TIMEOUTS) {
            return false;
        }
        timeouts = 0;
        boolean smaller = bytes > baseBytes;
        if (smaller) {
            doubtedBytes = bytes;
            doubtedCeilingBytes = ceilingBytes;
            doubtedNextNanos = nextNanos;
            bytes = baseBytes;
        }
        restartSearch(nowNanos);
        return smaller;
    }

    /**
     * The timeouts were spurious: what was sent first had arrived, so the path carries it (RFC 3522, RFC 5682).
     *
     * @return whether segments may be larger from now on
     */
    public boolean timeoutsRefuted() {
        boolean larger = doubtedBytes > bytes && doubtedBytes <= boundBytes;
        if (larger) {
            bytes = doubtedBytes;
            ceilingBytes = Math.min(doubtedCeilingBytes, boundBytes);
            nextNanos = doubtedNextNanos;
        }
        doubtedBytes = 0;
        return larger;
    }

    /** The timeouts were not spurious, or nobody will ever know. */
    public void timeoutsBelieved() {
        doubtedBytes = 0;
    }

    /**
     * The host has refused a packet as too large (EMSGSIZE). That is true of a packet that is larger than the interface carries:
     * the bound comes down. Otherwise it may be an error of the socket, which an ICMP message has left there and which fails the
     * next datagram, of whatever size and connection: the first time it says nothing. The second time the host believes some
     * ICMP message that it should not, so segments become smaller, and the search goes on, for its belief ends.
     *
     * @param packetBytes how large it was
     * @param interfaceBytes what the interface carries
     * @return whether to send at once again what was in it; otherwise it is lost, and the timer repeats it
     */
    public boolean refused(int packetBytes, int interfaceBytes, long nowNanos) {
        doubtedBytes = 0; // now the host speaks against it, too
        if (packetBytes > interfaceBytes) {
            boundBytes = Math.min(boundBytes, Math.max(interfaceBytes, LEAST_BYTES));
            baseBytes = Math.min(baseBytes, boundBytes);
            bytes = bytes > boundBytes ? baseBytes : bytes;
            restartSearch(nowNanos);
            return packetBytes > bytes;
        }
        if (packetBytes > bytes) {
            return true; // a probe, or from before segments became smaller: now it leaves in pieces
        }
        if (refusedBytes == 0 || packetBytes < refusedBytes) {
            refusedBytes = packetBytes;
            return true;
        }
        if (!on || packetBytes <= LEAST_BYTES) {
            return false;
        }
        refusedBytes = 0;
        bytes = bytes > baseBytes ? baseBytes : LEAST_BYTES;
        restartSearch(nowNanos);
        return true;
    }

    /** The host has taken a packet of this size; cheap, and told for every train. */
    public void accepted(int packetBytes) {
        if (packetBytes >= refusedBytes) {
            refusedBytes = 0;
        }
    }

    private void restartSearch(long nowNanos) {
        ceilingBytes = boundBytes;
        lostProbes = 0;
        settle(nowNanos, nowNanos + PROBE_INTERVAL_NANOS);
    }
}
