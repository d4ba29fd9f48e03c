// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.window;

import io.netty.buffer.ByteBuf;

/** Spare {@link Run}s and links of their chunks, so that reordering makes no garbage. Holds no buffer. */
final class RunPool {

    /** The most that is kept of each kind while the queue is in use; what comes beyond it is garbage. */
    private static final int MAX_SPARES = 64;

    /** The most that is kept of each kind while nothing is held. */
    private static final int RETAINED_SPARES = 4;

    private Run spareRuns;
    private int spareRunCount;
    private Run.Chunk spareChunks;
    private int spareChunkCount;

    Run run(int seq) {
        Run run = spareRuns;
        if (run == null) {
            run = new Run();
        } else {
            spareRuns = run.older;
            spareRunCount--;
        }
        run.open(seq);
        return run;
    }

    void recycle(Run run) {
        if (spareRunCount < MAX_SPARES) {
            run.newer = null;
            run.older = spareRuns;
            spareRuns = run;
            spareRunCount++;
        }
    }

    Run.Chunk chunk(ByteBuf text) {
        Run.Chunk chunk = spareChunks;
        if (chunk == null) {
            chunk = new Run.Chunk();
        } else {
            spareChunks = chunk.next;
            spareChunkCount--;
            chunk.next = null;
        }
        chunk.text = text;
        return chunk;
    }

    /** {@return the text of {@code chunk}, which is the caller's to release from here on} */
    ByteBuf recycle(Run.Chunk chunk) {
        ByteBuf text = chunk.text;
        chunk.text = null;
        chunk.next = null;
        if (spareChunkCount < MAX_SPARES) {
            chunk.next = spareChunks;
            spareChunks = chunk;
            spareChunkCount++;
        }
        return text;
    }

    /** Forgets spares that a burst of reordering left: the connection is in order again, and may stay so for its life. */
    void trim() {
        if (spareRunCount > RETAINED_SPARES) {
            spareRuns = null;
            spareRunCount = 0;
        }
        if (spareChunkCount > RETAINED_SPARES) {
            spareChunks = null;
            spareChunkCount = 0;
        }
    }
}
