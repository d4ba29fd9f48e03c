// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * What an application sees: a {@link io.netty.channel.socket.SocketChannel} and a
 * {@link io.netty.channel.socket.ServerSocketChannel} for stock bootstraps on NIO and epoll event loops.
 */
package dev.tou.channel;
