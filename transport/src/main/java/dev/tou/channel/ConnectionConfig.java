// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.tou.connection.ConnectionOptions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.internal.ObjectUtil;

/** What the configurations of connections and listeners share: Netty's options, mapped to {@link ConnectionOptions}. */
abstract class ConnectionConfig extends DefaultChannelConfig {

    private record Accessor<T>(Supplier<T> get, Consumer<T> set) {}

    /** What other transports call the same, by the last part of the option's name. */
    private static final Map<String, ChannelOption<Integer>> ALIASES = Map.of(
            "TCP_KEEPIDLE", TouChannelOption.KEEP_IDLE,
            "TCP_KEEPINTVL", TouChannelOption.KEEP_INTERVAL,
            "TCP_KEEPINTERVAL", TouChannelOption.KEEP_INTERVAL,
            "TCP_KEEPCNT", TouChannelOption.KEEP_COUNT,
            "TCP_KEEPCOUNT", TouChannelOption.KEEP_COUNT,
            "TCP_USER_TIMEOUT", TouChannelOption.USER_TIMEOUT);

    private final ConnectionOptions connection;
    private final Map<ChannelOption<?>, Accessor<?>> accessors = new HashMap<>();

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
        declare(ChannelOption.SO_RCVBUF, connection::receiveBufferBytes, this::receiveBuffer);
        declare(TouChannelOption.PATH_MTU, connection::pathMtu, in(576, 65_535, connection::pathMtu));
        declare(
                TouChannelOption.CONGESTION_CONTROLLER,
                connection::congestionController,
                connection::congestionController);
        declare(TouChannelOption.TIMESTAMPS, connection::timestamps, connection::timestamps);
        declare(TouChannelOption.SACK, connection::sack, connection::sack);
        declare(TouChannelOption.WINDOW_SCALING, connection::windowScaling, connection::windowScaling);
        declare(TouChannelOption.SYN_RETRIES, connection::synRetries, in(0, 30, connection::synRetries));
        declare(TouChannelOption.SYNACK_RETRIES, connection::synAckRetries, in(0, 30, connection::synAckRetries));
        declare(TouChannelOption.RETRIES2, connection::retries, in(1, 100, connection::retries));
        declare(
                TouChannelOption.USER_TIMEOUT,
                connection::userTimeoutMillis,
                in(0, Integer.MAX_VALUE, connection::userTimeoutMillis));
        declare(TouChannelOption.KEEP_IDLE, connection::keepIdleSeconds, in(1, 32_767, connection::keepIdleSeconds));
        declare(
                TouChannelOption.KEEP_INTERVAL,
                connection::keepIntervalSeconds,
                in(1, 32_767, connection::keepIntervalSeconds));
        declare(TouChannelOption.KEEP_COUNT, connection::keepCount, in(1, 127, connection::keepCount));
        declare(TouChannelOption.MSL, connection::mslSeconds, in(1, 240, connection::mslSeconds));
        declare(TouChannelOption.DELAYED_ACK, connection::delayedAckMillis, in(0, 500, connection::delayedAckMillis));
    }

    private void receiveBuffer(int bytes) {
        connection.receiveBufferBytes(Math.max(2048, Math.min(ObjectUtil.checkPositive(bytes, "bytes"), 1 << 30)));
    }

    private static Consumer<Integer> in(int least, int most, Consumer<Integer> setter) {
        return value -> setter.accept(ObjectUtil.checkInRange(value, least, most, "value"));
    }

    /** Declares an option with its getter and its setter. */
    final <T> void declare(ChannelOption<T> option, Supplier<T> get, Consumer<T> set) {
        accessors.put(option, new Accessor<>(get, set));
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
        accessor.set().accept(value);
        changed(option);
        return true;
    }

    private Accessor<?> accessorOf(ChannelOption<?> option) {
        Accessor<?> own = accessors.get(option);
        if (own != null) {
            return own;
        }
        String name = option.name();
        return accessors.get(ALIASES.get(name.substring(name.lastIndexOf('#') + 1)));
    }

    /** An option of {@link ConnectionOptions} has another value, which a living connection may have to be told. */
    void changed(ChannelOption<?> option) {}
}
