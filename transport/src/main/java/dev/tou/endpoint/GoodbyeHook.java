// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.util.internal.SystemPropertyUtil;

/**
 * What a kernel does for the sockets of a process that ends: when the JVM shuts down, every connection gets a FIN, or a reset
 * if bytes are lost. Installed with the first channel, removed with the last, bounded to 500 ms; turned off by
 * {@code -Ddev.tou.shutdownHook=false}.
 */
final class GoodbyeHook {

    private static final long LIMIT_MILLIS = 500;
    private static final boolean ENABLED = SystemPropertyUtil.getBoolean("dev.tou.shutdownHook", true);
    private static final Set<Shard> SHARDS = ConcurrentHashMap.newKeySet();
    private static Thread installed;

    private GoodbyeHook() {}

    static void add(Shard shard) {
        if (ENABLED) {
            SHARDS.add(shard);
            update();
        }
    }

    static void remove(Shard shard) {
        if (SHARDS.remove(shard)) {
            update();
        }
    }

    private static synchronized void update() {
        try {
            if (installed == null && !SHARDS.isEmpty()) {
                installed = new Thread(GoodbyeHook::sayGoodbye, "tou-goodbye");
                Runtime.getRuntime().addShutdownHook(installed);
            } else if (installed != null && SHARDS.isEmpty()) {
                Runtime.getRuntime().removeShutdownHook(installed);
                installed = null;
            }
        } catch (IllegalStateException shuttingDown) {
            installed = null;
        }
    }

    private static void sayGoodbye() {
        Set<Shard> open = Set.copyOf(SHARDS);
        CountDownLatch said = new CountDownLatch(open.size());
        for (Shard shard : open) {
            try {
                shard.loop().execute(() -> LastWords.sayOn(shard).addListener(left -> said.countDown()));
            } catch (RejectedExecutionException loopHasEnded) {
                said.countDown();
            }
        }
        try {
            said.await(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
