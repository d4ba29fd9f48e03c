// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.tou.connection.MemoryAccount;
import dev.tou.telemetry.DropReason;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * What an event loop gives up when connections hold all the memory that they may, in turns of their own: no segment waits for it.
 * First text out of order, which comes again (RFC 2018 section 8), of whoever has waited for longest for what is missing, until
 * an eighth of all is free; if none is left, connections that live on after close, the one that holds the most first. Open
 * connections lose nothing else.
 */
final class MemoryRelief {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(MemoryRelief.class);

    /** How many connections give something up in one turn. */
    private static final int CONNECTIONS_IN_A_TURN = 64;

    /** How often other loops are asked at most. */
    private static final long ASKING_INTERVAL_NANOS = 100_000_000L;

    private enum Outcome {
        ENOUGH,
        MORE,
        NOTHING_LEFT
    }

    private final EventLoopResources resources;
    private final SparseWarning warning = new SparseWarning();
    private boolean scheduled;
    private boolean hasAsked;
    private long askedNanos;
    private long gaps;
    private long orphans;

    MemoryRelief(EventLoopResources resources) {
        this.resources = resources;
    }

    /** A connection of this loop has booked more than there is, or something that came was refused. */
    void exhausted() {
        if (!scheduled) {
            scheduled = true;
            warn();
            submit(this::begin);
        }
    }

    /** Another loop needs memory, and has nothing left that it could give up. On any thread. */
    private void asked() {
        submit(() -> {
            // It may only believe that all is gone, because it has not heard the last of what was freed here.
            resources.memory().tell();
            if (resources.memory().isExhausted()) {
                goOnAlone();
            }
        });
    }

    private void begin() {
        scheduled = false;
        if (resources.memory().isExhausted()) {
            resources.memory().releaseSpares();
            goOn();
        }
    }

    private void goOn() {
        switch (giveUp()) {
            case ENOUGH -> {}
            case MORE -> submit(this::goOn);
            case NOTHING_LEFT -> askOthers();
        }
    }

    // Scheduled, because what is only executed would run before the loop reads again.
    private void submit(Runnable turn) {
        try {
            resources.loop().schedule(turn, 0, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException loopEnds) {
            LOGGER.debug("{} ends, and all that it holds with it", resources.loop(), loopEnds);
        }
    }

    // The other one has asked everybody.
    private void goOnAlone() {
        if (giveUp() == Outcome.MORE) {
            submit(this::goOnAlone);
        }
    }

    private Outcome giveUp() {
        MemoryAccount account = resources.memory();
        for (int i = 0; i < CONNECTIONS_IN_A_TURN; i++) {
            if (!account.isNearlyExhausted()) {
                return Outcome.ENOUGH;
            }
            int dropped = account.dropOutOfOrder();
            if (dropped > 0) {
                gaps += dropped;
                resources.dropped(DropReason.MEMORY_GIVEN_UP, dropped);
            } else if (!account.isExhausted()) {
                return Outcome.ENOUGH;
            } else if (resources.orphans().resetHeaviest()) {
                orphans++;
            } else {
                return Outcome.NOTHING_LEFT;
            }
        }
        return Outcome.MORE;
    }

    private void askOthers() {
        long now = resources.nowNanos();
        if (hasAsked && now - askedNanos < ASKING_INTERVAL_NANOS) {
            return;
        }
        hasAsked = true;
        askedNanos = now;
        for (EventLoopResources other : EventLoopResources.all()) {
            if (other != resources
                    && other.memory().budget() == resources.memory().budget()) {
                other.relief().asked();
            }
        }
    }

    private void warn() {
        long times = warning.happened(resources.nowNanos());
        if (times > 0) {
            MemoryAccount account = resources.memory();
            LOGGER.warn(
                    "connections hold {} bytes, and may hold {} (-D{}): text out of order is dropped, SYNs are not answered;"
                            + " until now {} pieces of such text were given up and {} closed connections reset",
                    account.sharedBytes(),
                    account.budget().mostBytes(),
                    ProcessMemory.MOST_BYTES,
                    gaps,
                    orphans);
        }
    }
}
