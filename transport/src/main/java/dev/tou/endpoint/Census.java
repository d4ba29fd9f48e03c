// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tou.telemetry.LoopSnapshot;
import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.TransportSnapshot;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.SingleThreadEventExecutor;

/** Asks event loops what lives on them, all at once, and does not wait for one that does not answer. */
public final class Census {

    private static final int FRAMES = 12;

    private final List<EventLoopResources> asked;
    private final List<Promise<LoopSnapshot>> answers = new ArrayList<>();
    private final AtomicInteger missing;
    private final Promise<TransportSnapshot> whole = ImmediateEventExecutor.INSTANCE.newPromise();

    private Census(List<EventLoopResources> asked) {
        this.asked = asked;
        missing = new AtomicInteger(asked.size());
    }

    /** {@return what lives in this process, as far as this class was loaded once} */
    public static Future<TransportSnapshot> ofProcess(SnapshotRequest request) {
        return new Census(EventLoopResources.all()).take(request);
    }

    /** {@return what lives on some event loops} */
    public static Future<TransportSnapshot> of(Collection<? extends EventLoop> loops, SnapshotRequest request) {
        List<EventLoopResources> known = loops.stream()
                .map(EventLoopResources::ifAny)
                .filter(Objects::nonNull)
                .toList();
        return new Census(known).take(request);
    }

    private Future<TransportSnapshot> take(SnapshotRequest request) {
        if (asked.isEmpty()) {
            return whole.setSuccess(new TransportSnapshot(List.of()));
        }
        for (EventLoopResources each : asked) {
            Promise<LoopSnapshot> told = ImmediateEventExecutor.INSTANCE.newPromise();
            answers.add(told);
            listenForEnd(each.loop(), told);
        }
        for (int i = 0; i < asked.size(); i++) {
            answers.get(i).addListener(this::answered);
            new LoopCensus(asked.get(i), request, answers.get(i)).begin();
        }
        if (!whole.isDone()) {
            Future<?> end =
                    GlobalEventExecutor.INSTANCE.schedule(this::giveUp, request.patienceNanos(), TimeUnit.NANOSECONDS);
            whole.addListener(done -> end.cancel(false));
        }
        return whole;
    }

    // A loop that ends runs nothing that it has been given, and lives longer than our interest in it.
    private static void listenForEnd(EventLoop loop, Promise<LoopSnapshot> told) {
        FutureListener<Object> end = ended -> told.trySuccess(null);
        loop.terminationFuture().addListener(end);
        told.addListener(done -> loop.terminationFuture().removeListener(end));
    }

    private void giveUp() {
        for (int i = 0; i < asked.size(); i++) {
            if (!answers.get(i).isDone()) {
                answers.get(i).trySuccess(silent(asked.get(i).loop()));
            }
        }
    }

    private static LoopSnapshot silent(EventLoop loop) {
        if (loop instanceof SingleThreadEventExecutor single) {
            List<String> stack = Arrays.stream(single.threadProperties().stackTrace())
                    .limit(FRAMES)
                    .map(StackTraceElement::toString)
                    .toList();
            return LoopSnapshot.silent(single.threadProperties().name(), stack);
        }
        return LoopSnapshot.silent(loop.toString(), List.of());
    }

    private void answered(Future<? super LoopSnapshot> answer) {
        if (!answer.isSuccess()) {
            whole.tryFailure(answer.cause());
        }
        if (missing.decrementAndGet() == 0) {
            whole.trySuccess(new TransportSnapshot(answers.stream()
                    .map(Future::getNow)
                    .filter(Objects::nonNull)
                    .sorted(Comparator.comparing(LoopSnapshot::name))
                    .toList()));
        }
    }
}
