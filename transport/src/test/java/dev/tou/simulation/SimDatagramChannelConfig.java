// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Map;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.unix.UnixChannelOption;

/**
 * Options of a {@link SimDatagramChannel}. SO_RCVBUF, SO_REUSEADDR and SO_REUSEPORT act on the simulated socket; SO_SNDBUF,
 * IP_TOS and SO_BROADCAST are kept and have no effect (see {@link SendDelay} for a socket without room); multicast options
 * are refused.
 */
public final class SimDatagramChannelConfig extends DefaultChannelConfig implements DatagramChannelConfig {
    private static final int READ_BUFFER_BYTES = 2048;

    private final SimSocket socket;
    private final Runnable readCleared;
    private int sendBufferSize = 212_992;
    private int trafficClass;
    private boolean broadcast;
    private boolean activeOnRegistration;

    SimDatagramChannelConfig(SimDatagramChannel channel, SimSocket socket, Runnable readCleared) {
        super(channel, new FixedRecvByteBufAllocator(READ_BUFFER_BYTES));
        this.socket = socket;
        this.readCleared = readCleared;
    }

    @Override
    protected void autoReadCleared() {
        readCleared.run();
    }

    @Override
    @SuppressWarnings("deprecation")
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(
                super.getOptions(),
                ChannelOption.SO_BROADCAST,
                ChannelOption.SO_RCVBUF,
                ChannelOption.SO_SNDBUF,
                ChannelOption.SO_REUSEADDR,
                ChannelOption.IP_TOS,
                ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION,
                UnixChannelOption.SO_REUSEPORT);
    }

    @Override
    @SuppressWarnings({"unchecked", "deprecation"})
    public <T> T getOption(ChannelOption<T> option) {
        Object value;
        if (option == ChannelOption.SO_BROADCAST) {
            value = broadcast;
        } else if (option == ChannelOption.SO_RCVBUF) {
            value = getReceiveBufferSize();
        } else if (option == ChannelOption.SO_SNDBUF) {
            value = sendBufferSize;
        } else if (option == ChannelOption.SO_REUSEADDR) {
            value = isReuseAddress();
        } else if (option == ChannelOption.IP_TOS) {
            value = trafficClass;
        } else if (option == ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION) {
            value = activeOnRegistration;
        } else if (option == UnixChannelOption.SO_REUSEPORT) {
            value = socket.reusePort();
        } else {
            return super.getOption(option);
        }
        return (T) value;
    }

    @Override
    @SuppressWarnings("deprecation")
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option == ChannelOption.SO_BROADCAST) {
            broadcast = (Boolean) value;
        } else if (option == ChannelOption.SO_RCVBUF) {
            socket.setReceiveBufferBytes((Integer) value);
        } else if (option == ChannelOption.SO_SNDBUF) {
            sendBufferSize = (Integer) value;
        } else if (option == ChannelOption.SO_REUSEADDR) {
            socket.setReuseAddress((Boolean) value);
        } else if (option == ChannelOption.IP_TOS) {
            trafficClass = (Integer) value;
        } else if (option == ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION) {
            activeOnRegistration = (Boolean) value;
        } else if (option == UnixChannelOption.SO_REUSEPORT) {
            socket.setReusePort((Boolean) value);
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    boolean isActiveOnRegistration() {
        return activeOnRegistration;
    }

    @Override
    public int getSendBufferSize() {
        return sendBufferSize;
    }

    @Override
    public SimDatagramChannelConfig setSendBufferSize(int bytes) {
        sendBufferSize = bytes;
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return socket.receiveBufferBytes();
    }

    @Override
    public SimDatagramChannelConfig setReceiveBufferSize(int bytes) {
        socket.setReceiveBufferBytes(bytes);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return trafficClass;
    }

    @Override
    public SimDatagramChannelConfig setTrafficClass(int value) {
        trafficClass = value;
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return socket.reuseAddress();
    }

    @Override
    public SimDatagramChannelConfig setReuseAddress(boolean on) {
        socket.setReuseAddress(on);
        return this;
    }

    @Override
    public boolean isBroadcast() {
        return broadcast;
    }

    @Override
    public SimDatagramChannelConfig setBroadcast(boolean on) {
        broadcast = on;
        return this;
    }

    @Override
    public boolean isLoopbackModeDisabled() {
        return true;
    }

    @Override
    public SimDatagramChannelConfig setLoopbackModeDisabled(boolean disabled) {
        throw noMulticast();
    }

    @Override
    public int getTimeToLive() {
        return 1;
    }

    @Override
    public SimDatagramChannelConfig setTimeToLive(int hops) {
        throw noMulticast();
    }

    @Override
    public InetAddress getInterface() {
        return null;
    }

    @Override
    public SimDatagramChannelConfig setInterface(InetAddress address) {
        throw noMulticast();
    }

    @Override
    public NetworkInterface getNetworkInterface() {
        return null;
    }

    @Override
    public SimDatagramChannelConfig setNetworkInterface(NetworkInterface device) {
        throw noMulticast();
    }

    private static UnsupportedOperationException noMulticast() {
        return new UnsupportedOperationException("the simulated network has no multicast");
    }

    @Override
    @Deprecated
    public SimDatagramChannelConfig setMaxMessagesPerRead(int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public SimDatagramChannelConfig setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return this;
    }

    @Override
    public SimDatagramChannelConfig setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return this;
    }

    @Override
    public SimDatagramChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public SimDatagramChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public SimDatagramChannelConfig setAutoRead(boolean on) {
        super.setAutoRead(on);
        return this;
    }

    @Override
    public SimDatagramChannelConfig setAutoClose(boolean on) {
        super.setAutoClose(on);
        return this;
    }

    @Override
    public SimDatagramChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public SimDatagramChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
        super.setWriteBufferWaterMark(mark);
        return this;
    }
}
