// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Marks the measured time of a round in a flight recording, so that samples can be told apart by what was running. */
@Name(RoundEvent.NAME)
@Label("Benchmark Round")
@Category("tou")
@StackTrace(false)
final class RoundEvent extends Event {

    static final String NAME = "dev.tou.bench.Round";

    @Label("Workload")
    final String workload;

    @Label("Transport")
    final String transport;

    @Label("Round, 0 for the warm-up")
    final int round;

    RoundEvent(String workload, String transport, int round) {
        this.workload = workload;
        this.transport = transport;
        this.round = round;
    }
}
