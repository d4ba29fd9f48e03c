// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.HashSet;
import java.util.Set;

/** S12: where sequence numbers begin cannot be guessed. */
final class InitialNumbers implements Scenario {

    private static final int CONNECTIONS = 3;

    @Override
    public Card card() {
        return new Card("S12", "initial-numbers", "sequence numbers begin anywhere", "RFC 6528 section 3");
    }

    @Override
    public String play(Stage stage) throws InterruptedException {
        stage.transcript().absoluteNumbers();
        stage.listen(bootstrap -> {});
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            stage.connect(bootstrap -> {});
            stage.client().sees("is connected");
            stage.server().sees("accepts");
            int port = stage.client().nextChannel().localAddress().getPort();
            seen.add(stage.toServer(Flags.SYN, port).seq());
            seen.add(stage.toClient(Flags.SYN | Flags.ACK, port).seq());
            stage.toServer(Flags.ACK, port);
        }
        if (seen.size() != 2 * CONNECTIONS) {
            throw NotSeen.of("a number of its own for each end of each connection");
        }
        return "Each end of each connection begins somewhere else: a clock plus a keyed hash of the addresses and ports. Who does "
                + "not see the segments cannot guess a number that fits.";
    }
}
