// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * A buffer that nobody has released fails the test class that made it.
 *
 * <p>Netty's usual detector finds a sample of leaks when the garbage collector comes across them, and logs them. Here every
 * buffer is counted instead, which is cheap and exact: after the last test of a class, and its last {@code @AfterAll}, none may
 * be left. What is counted are the buffers of pooled allocators and direct ones; those of {@code Unpooled.buffer} are left to
 * the garbage collector, by Netty.
 *
 * <p>When a class fails, {@code -Dio.netty.util.LeakPresenceDetector.trackCreationStack=true} tells where its buffers were made.
 */
package dev.tou.leak;
