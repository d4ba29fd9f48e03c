// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.OptionalLong;

import dev.tou.bench.Units;

/** How much the kernel lets the buffers of a UDP socket hold, against what the transport asks for. */
final class BufferChecks {

    /** What the transport asks for each UDP socket; a test holds this to it. */
    static final int RECEIVE_BYTES = 4 << 20;

    static final int SEND_BYTES = 1 << 20;

    private final Sources sources;

    BufferChecks(Sources sources) {
        this.sources = sources;
    }

    List<Finding> findings() {
        return List.of(
                finding(
                        "receive buffer",
                        "rmem",
                        StandardSocketOptions.SO_RCVBUF,
                        RECEIVE_BYTES,
                        "while a program is busy elsewhere, what does not fit is lost"),
                finding(
                        "send buffer",
                        "wmem",
                        StandardSocketOptions.SO_SNDBUF,
                        SEND_BYTES,
                        "a fast sender waits for it more often"));
    }

    private Finding finding(String topic, String name, SocketOption<Integer> option, int asked, String otherwise) {
        OptionalLong limit = sources.number("proc/sys/net/core/" + name + "_max");
        long granted = limit.isPresent() ? Math.min(limit.getAsLong(), asked) : tried(option, asked);
        OptionalLong usual = sources.number("proc/sys/net/core/" + name + "_default");
        Object[] facts = {
            "askedBytes",
            asked,
            "grantedBytes",
            granted,
            "limitBytes",
            limit.isPresent() ? limit.getAsLong() : null,
            "defaultBytes",
            usual.isPresent() ? usual.getAsLong() : null
        };
        if (granted >= asked) {
            return Finding.ok(topic, "The kernel grants the " + Units.bytes(asked) + " that tou asks for.", facts);
        }
        return Finding.note(
                topic,
                "The kernel grants " + Units.bytes(granted) + " of the " + Units.bytes(asked) + " that tou asks for: "
                        + otherwise + "; type: sudo sysctl -w net.core." + name + "_max=" + asked,
                facts);
    }

    /** In a container of its own network the limits are not to be read, but they count. */
    private static long tried(SocketOption<Integer> option, int asked) {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.setOption(option, asked);
            return channel.getOption(option);
        } catch (IOException e) {
            return 0;
        }
    }
}
