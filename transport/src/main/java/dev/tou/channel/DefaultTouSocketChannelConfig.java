// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.connection.ConnectionOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;

/**
 * The configuration of a {@link TouSocketChannel}. Every option can be set before and after registration; those of the
 * handshake count when connect is called.
 */
final class DefaultTouSocketChannelConfig extends ConnectionConfig implements SocketChannelConfig {

    /** What an unsigned number of 32 bits can say, as Linux has it. */
    private static final long MAX_UNSENT_LOW_WATER = 0xFFFF_FFFFL;

    private final TouSocketChannel tou;
    private volatile int soLinger = -1;
    private volatile int trafficClass;
    private volatile boolean reuseAddress;
    private volatile boolean allowHalfClosure;
    private volatile boolean fastOpenConnect;

    DefaultTouSocketChannelConfig(TouSocketChannel channel, ConnectionOptions connection) {
        super(channel, connection);
        tou = channel;
        declare(ChannelOption.SO_SNDBUF, Integer.class, this::getSendBufferSize, this::setSendBufferSize);
        declare(ChannelOption.TCP_NODELAY, Boolean.class, connection::noDelay, connection::noDelay);
        declare(ChannelOption.SO_KEEPALIVE, Boolean.class, connection::keepAlive, connection::keepAlive);
        declare(ChannelOption.SO_REUSEADDR, Boolean.class, this::isReuseAddress, this::setReuseAddress);
        declare(ChannelOption.SO_LINGER, Integer.class, this::getSoLinger, this::setSoLinger);
        declare(ChannelOption.IP_TOS, 0, 255, this::getTrafficClass, value -> trafficClass = value);
        declare(ChannelOption.ALLOW_HALF_CLOSURE, Boolean.class, this::isAllowHalfClosure, this::setAllowHalfClosure);
        declare(ChannelOption.TCP_FASTOPEN_CONNECT, Boolean.class, this::isFastOpenConnect, on -> fastOpenConnect = on);
        declare(TouChannelOption.TIME_WAIT_REUSE, Boolean.class, connection::timeWaitReuse, connection::timeWaitReuse);
        declare(TouChannelOption.CORK, Boolean.class, connection::cork, connection::cork);
        declare(TouChannelOption.QUICK_ACK, Boolean.class, connection::quickAck, connection::quickAck);
        declare(
                TouChannelOption.UNSENT_LOW_WATER,
                Long.class,
                connection::unsentLowWaterBytes,
                this::setUnsentLowWater);
    }

    private void setUnsentLowWater(long bytes) {
        if (bytes < 0 || bytes > MAX_UNSENT_LOW_WATER) {
            throw new IllegalArgumentException(TouChannelOption.UNSENT_LOW_WATER.name() + ": " + bytes
                    + " (expected: 0 to " + MAX_UNSENT_LOW_WATER + ")");
        }
        connection().unsentLowWaterBytes(bytes);
    }

    /** {@return whether what was written before connect is flushed when it succeeds} */
    boolean isFastOpenConnect() {
        return fastOpenConnect;
    }

    @Override
    public boolean isTcpNoDelay() {
        return connection().noDelay();
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(boolean tcpNoDelay) {
        setOption(ChannelOption.TCP_NODELAY, tcpNoDelay);
        return this;
    }

    @Override
    public int getSoLinger() {
        return soLinger;
    }

    @Override
    public SocketChannelConfig setSoLinger(int seconds) {
        soLinger = seconds;
        return this;
    }

    @Override
    public int getSendBufferSize() {
        int chosen = connection().sendBufferBytes();
        return chosen > 0 ? chosen : tou.sendBufferSize();
    }

    @Override
    public SocketChannelConfig setSendBufferSize(int bytes) {
        // Like a kernel, never less than a segment or two, so that a full one can always be made.
        connection().sendBufferBytes(Math.max(2048, checkPositive(ChannelOption.SO_SNDBUF, bytes)));
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return connection().receiveBufferBytes();
    }

    @Override
    public SocketChannelConfig setReceiveBufferSize(int bytes) {
        setOption(ChannelOption.SO_RCVBUF, bytes);
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return connection().keepAlive();
    }

    @Override
    public SocketChannelConfig setKeepAlive(boolean keepAlive) {
        setOption(ChannelOption.SO_KEEPALIVE, keepAlive);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return trafficClass;
    }

    /**
     * Counts for the UDP channel that connect chooses, because the kernel has one value for a socket: connections of different
     * classes do not share one. Later it is remembered and without effect, as it is on accepted channels.
     */
    @Override
    public SocketChannelConfig setTrafficClass(int value) {
        setOption(ChannelOption.IP_TOS, value);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return reuseAddress;
    }

    /** Remembered and without effect: a port whose connections are closed can always be bound again. */
    @Override
    public SocketChannelConfig setReuseAddress(boolean reuse) {
        reuseAddress = reuse;
        return this;
    }

    @Override
    public SocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public SocketChannelConfig setAllowHalfClosure(boolean allow) {
        allowHalfClosure = allow;
        return this;
    }

    @Override
    void changed(ChannelOption<?> option) {
        if (tou != null) {
            tou.optionsChanged();
        }
    }

    @Override
    protected void autoReadCleared() {
        tou.clearReadPending();
    }

    @Override
    public SocketChannelConfig setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setMaxMessagesPerRead(int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return this;
    }

    @Override
    public SocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setWriteBufferHighWaterMark(int bytes) {
        super.setWriteBufferHighWaterMark(bytes);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setWriteBufferLowWaterMark(int bytes) {
        super.setWriteBufferLowWaterMark(bytes);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
        super.setWriteBufferWaterMark(mark);
        return this;
    }

    @Override
    public SocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
