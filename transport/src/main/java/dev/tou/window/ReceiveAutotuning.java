// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

/**
 * How large a receive buffer should be, from what the application takes out of it in a round trip ("dynamic right-sizing").
 *
 * <p>A sender with a window of W delivers at most W in a round trip. So whatever the application took in the last one, the
 * window must be larger, or it would be what limits the sender; and while the sender is in slow start, larger again:
 *
 * <pre>
 *   capacity = 2 x taken x min(2, taken / taken the time before)
 * </pre>
 *
 * <p>Only reading counts. An application that does not read gets no larger buffer, however much has come, so that the memory
 * of a connection is that of its reader's speed. The capacity never becomes smaller: it is a promise of room and not memory,
 * and what is promised cannot be taken back.
 *
 * <p>Costs a few steps for each reading; time comes as an argument.
 */
public final class ReceiveAutotuning {

    /** The capacity to begin with, in bytes. */
    public static final int INITIAL_BYTES = 128 * 1024;

    /** The default of the largest, in bytes. */
    public static final int DEFAULT_MAX_BYTES = 6 << 20;

    /** How long the event loop may be busy with something else while datagrams wait in the socket's buffer. */
    private static final long SOCKET_NANOS = 10_000_000L;

    private final int maxBytes;
    private final int socketBytes;
    private int capacityBytes;
    private int roundSeq;
    private long roundSinceNanos;
    private int takenBytes;
    private boolean began;

    /**
     * Starts with {@value #INITIAL_BYTES}, or less.
     *
     * @param maxBytes the largest capacity
     * @param socketBytes what the UDP socket can hold
     */
    public ReceiveAutotuning(int maxBytes, int socketBytes) {
        this.maxBytes = maxBytes;
        this.socketBytes = socketBytes;
        capacityBytes = Math.min(INITIAL_BYTES, Math.min(maxBytes, socketBytes));
    }

    /**
     * The application has read.
     *
     * @param takenSeq the sequence number up to which it has
     * @param rttNanos how long a round trip takes
     * @return the capacity from now on, in bytes
     */
    public int onRead(int takenSeq, long rttNanos, long nowNanos) {
        if (!began) {
            began = true;
            roundSeq = takenSeq;
            roundSinceNanos = nowNanos;
        } else if (nowNanos - roundSinceNanos >= rttNanos && takenSeq != roundSeq) {
            round(takenSeq - roundSeq, rttNanos);
            roundSeq = takenSeq;
            roundSinceNanos = nowNanos;
        }
        return capacityBytes;
    }

    private void round(int taken, long rttNanos) {
        if (taken > takenBytes) {
            long growing = takenBytes == 0 ? 2L * taken : Math.min(2L * taken, (long) taken * taken / takenBytes);
            takenBytes = taken;
            long wanted = Math.min(2 * growing, limitBytes(rttNanos));
            capacityBytes = (int) Math.max(capacityBytes, wanted);
        }
    }

    // On a short path a whole window can come at once, and must find room in the socket while the loop is busy. On a
    // longer one it comes spread over the round trip, and only the part of a busy loop's time must.
    private long limitBytes(long rttNanos) {
        return Math.min(maxBytes, socketBytes * Math.max(1, rttNanos / SOCKET_NANOS));
    }

    /** {@return the capacity in bytes} */
    public int capacityBytes() {
        return capacityBytes;
    }
}
