// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * The Linux kernel's TCP as the peer, client and server, over real UDP: what two ends of our own agree on may still be wrong.
 *
 * <p>A {@link dev.tou.kernel.KernelHost} is a network namespace whose only wire is {@code tunbridge}, a C program among the test
 * resources that turns TCP packets of a TUN device into UDP datagrams and back. In it runs a Java process with plain
 * {@link java.net.Socket}s, told by the test what to do. Needs root, {@code /dev/net/tun}, {@code cc}, {@code ip}, {@code ss} and
 * {@code nsenter}.
 */
package dev.tou.kernel;
