// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;

/**
 * What all connections of one receiver share: where files go, how many may come at once, who is told, and which files are
 * unfinished.
 */
public final class Reception {

    /** Each transfer has a thread and up to {@link DiskThread#HIGH_BYTES} in memory. */
    private static final int MAX_TRANSFERS = 32;

    /**
     * What is on disk of a file that has not come to its end.
     *
     * @param name what the file will be called
     * @param bytes how many, those of earlier transfers with it
     */
    public record Left(String name, long bytes) {}

    private final Inbox inbox;
    private final boolean once;
    private final Duration timeout;
    private final Leftovers leftovers;
    private final ReceiveListener listener;
    private final Set<TargetFile> unfinished = ConcurrentHashMap.newKeySet();
    private volatile boolean ending;
    private int active;
    private boolean used;

    Reception(Inbox inbox, boolean once, Duration timeout, ReceiveListener listener) {
        this(inbox, once, timeout, Leftovers.DEFAULT, listener);
    }

    Reception(Inbox inbox, boolean once, Duration timeout, Leftovers leftovers, ReceiveListener listener) {
        this.inbox = inbox;
        this.once = once;
        this.timeout = timeout;
        this.leftovers = leftovers;
        this.listener = listener;
    }

    /** {@return a reception of any number of files into {@code folder}, none of which may be there yet} */
    public static Reception into(Path folder, Duration timeout, ReceiveListener listener) {
        return new Reception(Inbox.folder(folder, false, true), false, timeout, listener);
    }

    /** Makes the connection of {@code pipeline} one that receives a file. */
    public void install(ChannelPipeline pipeline) {
        pipeline.addLast("idle", new IdleStateHandler(timeout.toMillis(), 0, 0, TimeUnit.MILLISECONDS));
        pipeline.addLast("offer-decoder", new OfferDecoder());
        pipeline.addLast("receive", new ReceiveHandler(this));
    }

    /** Counts a transfer in. Each that was admitted is to be counted out by {@link #leave}, once its disk thread has done. */
    synchronized void admit() {
        if (once && used) {
            throw new Failure(ExitCode.REFUSED, "The receiver takes one file only, and has been offered one already.");
        }
        if (active == MAX_TRANSFERS) {
            throw new Failure(
                    ExitCode.REFUSED, "The receiver is busy with " + MAX_TRANSFERS + " files; try again later.");
        }
        active++;
        used = true;
    }

    synchronized void leave() {
        active--;
        notifyAll();
    }

    /** Waits until no transfer has work left for its disk, or so long. For a thread that may wait, which no event loop may. */
    synchronized void awaitDisks(Duration most) throws InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        for (long left = most.toNanos(); active > 0 && left > 0; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /**
     * {@return the file for {@code offer}, known here until it is {@linkplain #forget forgotten}; blocking}
     *
     * @param checking is told from time to time how many bytes of an earlier transfer have been read
     */
    TargetFile open(Offer offer, LongConsumer checking) {
        TargetFile file = inbox.open(offer);
        unfinished.add(file);
        if (ending) {
            file.suspend();
            throw new Failure(ExitCode.RESET, "The receiver is ending.");
        }
        if (inbox.resume()) {
            leftovers.sweep(inbox.folder()); // now that the offer's own is in use
        }
        try {
            if (offer.anew()) {
                file.restart();
            } else {
                file.readKept(offer.size(), checking);
            }
        } catch (RuntimeException e) {
            forget(file);
            throw e;
        }
        return file;
    }

    void forget(TargetFile file) {
        unfinished.remove(file);
    }

    /** Ends every unfinished file, because the process ends; {@return what is left of some to go on from}. */
    public List<Left> suspendUnfinished() {
        ending = true; // before the loop: a file is opened either early enough for it, or too late to be kept
        List<Left> left = new ArrayList<>();
        for (TargetFile file : unfinished) {
            if (file.suspend()) {
                left.add(new Left(file.target().getFileName().toString(), file.bytesLeft()));
            }
        }
        return left;
    }

    /** {@return how many transfers there are now} */
    public synchronized int active() {
        return active;
    }

    /** {@return whether a transfer that breaks leaves its bytes for the next one} */
    boolean resumes() {
        return inbox.resume();
    }

    ReceiveListener listener() {
        return listener;
    }

    Duration timeout() {
        return timeout;
    }
}
