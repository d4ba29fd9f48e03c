// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import dev.tou.connection.ConnectionOptions;
import dev.tou.endpoint.ListenerOptions;
import dev.tou.endpoint.ShardOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.NetUtil;

/** The configuration of a {@link TouServerSocketChannel}, read when it is bound. */
final class DefaultTouServerSocketChannelConfig extends ConnectionConfig implements ServerSocketChannelConfig {

    private final TouServerSocketChannel tou;
    private volatile int backlog = NetUtil.SOMAXCONN;
    private volatile int maxSynBacklog = 1024;
    private volatile boolean abortOnOverflow;
    private volatile SynCookieMode synCookies = SynCookieMode.UNDER_PRESSURE;
    private volatile boolean amplificationLimit = true;
    private volatile boolean silentClosedPorts;
    private volatile SourceFilter sourceFilter = SourceFilter.ALL;
    private volatile boolean reuseAddress = true;
    private volatile boolean reusePort;
    private volatile int trafficClass;
    private volatile int fastOpen;
    private volatile int deferAcceptSeconds;

    DefaultTouServerSocketChannelConfig(TouServerSocketChannel channel) {
        super(channel, new ServerChannelRecvByteBufAllocator(), new ConnectionOptions());
        tou = channel;
        declare(ChannelOption.SO_BACKLOG, 0, Integer.MAX_VALUE, this::getBacklog, value -> backlog = value);
        declare(ChannelOption.SO_REUSEADDR, Boolean.class, this::isReuseAddress, this::setReuseAddress);
        declare(UnixChannelOption.SO_REUSEPORT, Boolean.class, () -> reusePort, on -> reusePort = on);
        declare(ChannelOption.IP_TOS, 0, 255, () -> trafficClass, value -> trafficClass = value);
        declare(ChannelOption.TCP_FASTOPEN, 0, Integer.MAX_VALUE, () -> fastOpen, value -> fastOpen = value);
        declare(TouChannelOption.DEFER_ACCEPT, 0, 3600, () -> deferAcceptSeconds, value -> deferAcceptSeconds = value);
        declare(
                TouChannelOption.MAX_SYN_BACKLOG,
                1,
                Integer.MAX_VALUE,
                () -> maxSynBacklog,
                value -> maxSynBacklog = value);
        declare(TouChannelOption.ABORT_ON_OVERFLOW, Boolean.class, () -> abortOnOverflow, on -> abortOnOverflow = on);
        declare(TouChannelOption.SYN_COOKIES, SynCookieMode.class, () -> synCookies, mode -> synCookies = mode);
        declare(
                TouChannelOption.AMPLIFICATION_LIMIT,
                Boolean.class,
                () -> amplificationLimit,
                on -> amplificationLimit = on);
        declare(
                TouChannelOption.SILENT_CLOSED_PORTS,
                Boolean.class,
                () -> silentClosedPorts,
                on -> silentClosedPorts = on);
        declare(TouChannelOption.SOURCE_FILTER, SourceFilter.class, () -> sourceFilter, value -> sourceFilter = value);
    }

    /** {@return what is fixed for the listener} */
    ListenerOptions listenerOptions() {
        return new ListenerOptions(
                backlog,
                maxSynBacklog,
                synCookies.from(maxSynBacklog),
                abortOnOverflow,
                deferAcceptSeconds,
                amplificationLimit,
                sourceFilter,
                silentClosedPorts);
    }

    /** {@return what is fixed for its UDP channels} */
    ShardOptions shardOptions() {
        return shardOptions(trafficClass, reusePort);
    }

    @Override
    public int getBacklog() {
        return backlog;
    }

    @Override
    public ServerSocketChannelConfig setBacklog(int connections) {
        setOption(ChannelOption.SO_BACKLOG, connections);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return reuseAddress;
    }

    /** Remembered and without effect: an endpoint in TIME-WAIT can always be bound again. */
    @Override
    public ServerSocketChannelConfig setReuseAddress(boolean reuse) {
        reuseAddress = reuse;
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return connection().receiveBufferBytes();
    }

    @Override
    public ServerSocketChannelConfig setReceiveBufferSize(int bytes) {
        setOption(ChannelOption.SO_RCVBUF, bytes);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    protected void autoReadCleared() {
        tou.clearReadPending();
    }

    @Override
    public ServerSocketChannelConfig setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return this;
    }

    @Override
    @Deprecated
    public ServerSocketChannelConfig setMaxMessagesPerRead(int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    @Deprecated
    public ServerSocketChannelConfig setWriteBufferHighWaterMark(int bytes) {
        super.setWriteBufferHighWaterMark(bytes);
        return this;
    }

    @Override
    @Deprecated
    public ServerSocketChannelConfig setWriteBufferLowWaterMark(int bytes) {
        super.setWriteBufferLowWaterMark(bytes);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
        super.setWriteBufferWaterMark(mark);
        return this;
    }

    @Override
    public ServerSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }
}
