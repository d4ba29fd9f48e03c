// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.connection.ConnectionOptions;
import dev.tou.endpoint.ShardOptions;
import dev.tou.endpoint.TunnelPort;
import dev.tou.telemetry.TransportListenerFactory;
import dev.tou.window.PathMtu;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.internal.ObjectUtil;

/** What the configurations of connections and listeners share: Netty's options, mapped to {@link ConnectionOptions}. */
abstract class ConnectionConfig extends DefaultChannelConfig {

    private record Accessor<T>(Class<T> type, Supplier<T> get, Consumer<T> set) {}

    /** A gigabyte of records. */
    private static final int MOST_TIME_WAIT = 1 << 24;

    private final ConnectionOptions connection;
    private final Map<ChannelOption<?>, Accessor<?>> accessors = new HashMap<>();
    private volatile int udpEncapsPort = TunnelPort.NONE;
    private volatile UdpPipelineInitializer udpPipeline = UdpPipelineInitializer.NONE;

    ConnectionConfig(Channel channel, ConnectionOptions connection) {
        super(channel);
        this.connection = connection;
        declareOptions();
    }

    ConnectionConfig(Channel channel, RecvByteBufAllocator allocator, ConnectionOptions connection) {
        super(channel, allocator);
        this.connection = connection;
        declareOptions();
    }

    private void declareOptions() {
        ConnectionOptions to = connection;
        declare(ChannelOption.SO_RCVBUF, Integer.class, to::receiveBufferBytes, this::receiveBuffer);
        declare(TouChannelOption.PATH_MTU, PathMtu.LEAST_BYTES, PathMtu.MOST_BYTES, to::pathMtu, to::pathMtu);
        declare(TouChannelOption.PATH_MTU_DISCOVERY, Boolean.class, to::pathMtuDiscovery, to::pathMtuDiscovery);
        declare(
                TouChannelOption.CONGESTION_CONTROLLER,
                CongestionControllerFactory.class,
                to::congestionController,
                to::congestionController);
        declare(
                TouChannelOption.TRANSPORT_LISTENER,
                TransportListenerFactory.class,
                to::transportListener,
                to::transportListener);
        declare(TouChannelOption.TIMESTAMPS, Boolean.class, to::timestamps, to::timestamps);
        declare(TouChannelOption.SACK, Boolean.class, to::sack, to::sack);
        declare(TouChannelOption.WINDOW_SCALING, Boolean.class, to::windowScaling, to::windowScaling);
        declare(TouChannelOption.SYN_RETRIES, 0, 30, to::synRetries, to::synRetries);
        declare(TouChannelOption.SYNACK_RETRIES, 0, 30, to::synAckRetries, to::synAckRetries);
        declare(TouChannelOption.RETRIES1, 0, 100, to::retriesBeforeReport, to::retriesBeforeReport);
        declare(TouChannelOption.RETRIES2, 1, 100, to::retries, to::retries);
        declare(TouChannelOption.USER_TIMEOUT, 0, Integer.MAX_VALUE, to::userTimeoutMillis, to::userTimeoutMillis);
        declare(TouChannelOption.KEEP_IDLE, 1, 32_767, to::keepIdleSeconds, to::keepIdleSeconds);
        declare(TouChannelOption.KEEP_INTERVAL, 1, 32_767, to::keepIntervalSeconds, to::keepIntervalSeconds);
        declare(TouChannelOption.KEEP_COUNT, 1, 127, to::keepCount, to::keepCount);
        declare(TouChannelOption.NAT_KEEP_ALIVE, 0, 32_767, to::natKeepAliveSeconds, to::natKeepAliveSeconds);
        declare(TouChannelOption.MSL, 1, 240, to::mslSeconds, to::mslSeconds);
        declare(TouChannelOption.MAX_TIME_WAIT, 0, MOST_TIME_WAIT, to::maxTimeWait, to::maxTimeWait);
        declare(TouChannelOption.MAX_ORPHANS, 0, Integer.MAX_VALUE, to::maxOrphans, to::maxOrphans);
        declare(TouChannelOption.FIN_WAIT_2, 1, 3600, to::finWait2Seconds, to::finWait2Seconds);
        declare(TouChannelOption.UDP_ENCAPS_PORT, 0, 65_535, this::udpEncapsPort, port -> udpEncapsPort = port);
        declare(
                TouChannelOption.UDP_PIPELINE,
                UdpPipelineInitializer.class,
                () -> udpPipeline,
                initializer -> udpPipeline = initializer);
        declare(TouChannelOption.DELAYED_ACK, 0, 500, to::delayedAckMillis, to::delayedAckMillis);
    }

    /** {@return the UDP port that carries the TCP port, or {@link TunnelPort#NONE}} */
    final int udpEncapsPort() {
        return udpEncapsPort;
    }

    /** {@return what a UDP channel needs to know to carry connections with these options} */
    final ShardOptions shardOptions(int trafficClass, boolean reusePort) {
        return new ShardOptions(
                connection.pathMtu(),
                connection.mslSeconds(),
                connection.maxTimeWait(),
                trafficClass,
                reusePort,
                udpPipeline);
    }

    private void receiveBuffer(int bytes) {
        checkPositive(ChannelOption.SO_RCVBUF, bytes);
        connection.receiveBufferBytes(Math.max(2048, Math.min(bytes, 1 << 30)));
    }

    /** Declares an option with its getter and its setter, which throws {@link IllegalArgumentException} for a bad value. */
    final <T> void declare(ChannelOption<T> option, Class<T> type, Supplier<T> get, Consumer<T> set) {
        accessors.put(option, new Accessor<>(type, get, set));
    }

    /** Declares a number that must lie in a range. */
    final void declare(
            ChannelOption<Integer> option, int least, int most, Supplier<Integer> get, Consumer<Integer> set) {
        declare(option, Integer.class, get, value -> {
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        option.name() + ": " + value + " (expected: " + least + " to " + most + ")");
            }
            set.accept(value);
        });
    }

    /** Throws {@link IllegalArgumentException}, in words that name the option, unless the value is positive. */
    static int checkPositive(ChannelOption<Integer> option, int value) {
        return ObjectUtil.checkPositive(value, option.name());
    }

    /** {@return what the options are mapped to} */
    final ConnectionOptions connection() {
        return connection;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        List<ChannelOption<?>> own = new ArrayList<>(accessors.keySet());
        return getOptions(super.getOptions(), own.toArray(new ChannelOption<?>[0]));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(ChannelOption<T> option) {
        Accessor<T> accessor = (Accessor<T>) accessorOf(option);
        return accessor == null ? super.getOption(option) : accessor.get().get();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        Accessor<T> accessor = (Accessor<T>) accessorOf(option);
        if (accessor == null) {
            return super.setOption(option, value);
        }
        validate(option, value);
        if (!accessor.type().isInstance(value)) {
            throw new IllegalArgumentException(option.name() + ": " + value + " (expected: "
                    + accessor.type().getSimpleName() + ", not "
                    + value.getClass().getSimpleName() + ')');
        }
        accessor.set().accept(value);
        changed(option);
        return true;
    }

    private Accessor<?> accessorOf(ChannelOption<?> option) {
        Accessor<?> own = accessors.get(ObjectUtil.checkNotNull(option, "option"));
        return own != null ? own : accessors.get(OptionNames.meaningOf(option));
    }

    /** An option of {@link ConnectionOptions} has another value, which a living connection may have to be told. */
    void changed(ChannelOption<?> option) {}
}
