// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.channel.TouChannelOption;
import io.netty.bootstrap.AbstractBootstrap;

/** Segments of a size that can be added up in the head, for scenarios that send many bytes. */
final class Segments {

    /** The text of a full segment. */
    static final int BYTES = 1000;

    /** IP, UDP and TCP headers, and the timestamps of each segment. */
    private static final int HEADERS = 20 + 8 + 20 + 12;

    private Segments() {}

    /** Has an end send segments of {@link #BYTES}, and not try larger ones. */
    static void ofThousand(AbstractBootstrap<?, ?> bootstrap) {
        bootstrap.option(TouChannelOption.PATH_MTU, HEADERS + BYTES).option(TouChannelOption.PATH_MTU_DISCOVERY, false);
    }
}
