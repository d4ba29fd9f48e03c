// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.lab;

import java.util.Locale;

/** What is measured, as the command lines of a server and a client. */
enum Measurement {
    LATENCY("ping --serve 7000") {
        @Override
        String client(LabPlan plan) {
            return "ping router:7000 --wait 30s --rate " + plan.perSecond() + " --duration " + plan.seconds()
                    + "s --quiet --hlog " + HLOG + (plan.impair() == LabPlan.Impair.NETEM ? " --baseline tcp" : "")
                    + " -J";
        }
    },
    TO_SERVER("perf -s -p 7000") {
        @Override
        String client(LabPlan plan) {
            return "perf -c router -p 7000 -i 0 -t " + plan.seconds() + " -J";
        }
    },
    TO_CLIENT("perf -s -p 7000") {
        @Override
        String client(LabPlan plan) {
            return TO_SERVER.client(plan) + " -R";
        }
    };

    /** Where a client in its container writes the histogram. */
    static final String HLOG = "/tmp/ping.hlog";

    private final String server;

    Measurement(String server) {
        this.server = server;
    }

    /** {@return what the client runs} */
    abstract String client(LabPlan plan);

    /** {@return what the server runs} */
    String server() {
        return server;
    }

    /** {@return its name in names of files} */
    String file() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
