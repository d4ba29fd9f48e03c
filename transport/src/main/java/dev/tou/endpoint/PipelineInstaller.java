// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.connection.UserCalls;
import io.netty.channel.ChannelPipeline;

/** Puts the stages on a UDP channel's pipeline; they live one floor higher. */
public interface PipelineInstaller {

    /** Installs the stages for a shard. {@return the calls of its applications} */
    UserCalls install(Shard shard, ChannelPipeline udp);
}
