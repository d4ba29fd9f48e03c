// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

import dev.tou.simulation.SimIoHandle.Readiness;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * The selector of the simulation: channels whose socket became ready wait in a queue, and one run serves each of them
 * once. It never blocks; the {@link Simulation} decides when time passes.
 */
public final class SimIoHandler implements IoHandler {
    private static final Runnable NOTHING = () -> {};

    private final ThreadAwareExecutor executor;
    private final Set<Registration> registrations = new LinkedHashSet<>();
    private final ArrayDeque<Registration> ready = new ArrayDeque<>();
    private boolean closing;

    private SimIoHandler(ThreadAwareExecutor executor) {
        this.executor = executor;
    }

    /** {@return what a {@link io.netty.channel.ManualIoEventLoop} asks for} */
    public static IoHandlerFactory newFactory() {
        return SimIoHandler::new;
    }

    @Override
    public int run(IoHandlerContext context) {
        int handled = 0;
        for (int i = ready.size(); i > 0; i--) {
            Registration registration = ready.poll();
            if (registration.dispatch()) {
                handled++;
            }
        }
        return handled;
    }

    @Override
    public void prepareToDestroy() {
        if (!closing) {
            closing = true;
            // A loop without tasks would sleep through its quiet period, in real time.
            executor.execute(NOTHING);
        }
        for (Registration registration : new ArrayList<>(registrations)) {
            registration.handle.close();
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) {
        if (!(handle instanceof SimIoHandle simHandle)) {
            throw new IllegalArgumentException("not a handle of the simulation: " + handle);
        }
        Registration registration = new Registration(simHandle);
        registrations.add(registration);
        simHandle.registered();
        return registration;
    }

    @Override
    public void wakeup() {
        // Nothing blocks.
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return SimIoHandle.class.isAssignableFrom(handleType);
    }

    /** One channel on this loop. */
    final class Registration implements IoRegistration {
        private final SimIoHandle handle;
        private Readiness pending;
        private boolean valid = true;

        private Registration(SimIoHandle handle) {
            this.handle = handle;
        }

        /** Queues the channel for the next run of the loop. */
        void ready(Readiness readiness) {
            if (pending == null) {
                pending = readiness;
                ready.add(this);
            } else {
                pending = pending.and(readiness);
            }
        }

        private boolean dispatch() {
            Readiness readiness = pending;
            pending = null;
            if (valid) {
                handle.handle(this, readiness);
            }
            return valid;
        }

        @Override
        public <T> T attachment() {
            return null;
        }

        @Override
        public long submit(IoOps ops) {
            throw new UnsupportedOperationException("the simulation has readiness only");
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public boolean cancel() {
            boolean was = valid;
            valid = false;
            if (was) {
                registrations.remove(this);
                handle.unregistered();
            }
            return was;
        }
    }
}
