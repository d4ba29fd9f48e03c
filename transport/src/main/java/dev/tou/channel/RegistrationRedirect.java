// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.net.SocketAddress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;

/**
 * The unsafe of an accepted channel: whatever loop the child group has chosen, the channel is registered on the loop of the UDP
 * channel that its segments come from, because one event loop owns a connection. Everything else goes where it always went.
 */
final class RegistrationRedirect implements Channel.Unsafe {

    private final Channel.Unsafe unsafe;
    private final EventLoop home;

    RegistrationRedirect(Channel.Unsafe unsafe, EventLoop home) {
        this.unsafe = unsafe;
        this.home = home;
    }

    @Override
    public void register(EventLoop chosen, ChannelPromise promise) {
        unsafe.register(home, promise);
    }

    @Override
    @SuppressWarnings("deprecation")
    public RecvByteBufAllocator.Handle recvBufAllocHandle() {
        return unsafe.recvBufAllocHandle();
    }

    @Override
    public SocketAddress localAddress() {
        return unsafe.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return unsafe.remoteAddress();
    }

    @Override
    public void bind(SocketAddress localAddress, ChannelPromise promise) {
        unsafe.bind(localAddress, promise);
    }

    @Override
    public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
        unsafe.connect(remoteAddress, localAddress, promise);
    }

    @Override
    public void disconnect(ChannelPromise promise) {
        unsafe.disconnect(promise);
    }

    @Override
    public void close(ChannelPromise promise) {
        unsafe.close(promise);
    }

    @Override
    public void closeForcibly() {
        unsafe.closeForcibly();
    }

    @Override
    public void deregister(ChannelPromise promise) {
        unsafe.deregister(promise);
    }

    @Override
    public void beginRead() {
        unsafe.beginRead();
    }

    @Override
    public void write(Object msg, ChannelPromise promise) {
        unsafe.write(msg, promise);
    }

    @Override
    public void flush() {
        unsafe.flush();
    }

    @Override
    public ChannelPromise voidPromise() {
        return unsafe.voidPromise();
    }

    @Override
    public ChannelOutboundBuffer outboundBuffer() {
        return unsafe.outboundBuffer();
    }
}
