// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.congestion.CongestionController;
import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.CongestionControllers;

/**
 * The congestion controller that the application has chosen. A connection has one from the beginning, but a server's bootstrap
 * sets {@code childOption}s only when the connection is accepted, after the handshake; so another one can be chosen as long as no
 * text was sent. After that the one that has seen it stays.
 *
 * <p>Where the factory fails the connection has CUBIC: a peer that opens a connection has done nothing wrong.
 */
final class ControllerChoice {

    private final TransmissionControlBlock tcb;
    private final Reporting reporting;
    private CongestionControllerFactory factory;
    private CongestionController controller;

    ControllerChoice(TransmissionControlBlock tcb, Reporting reporting) {
        this.tcb = tcb;
        this.reporting = reporting;
        factory = tcb.options().congestionController();
        controller = newController();
    }

    private CongestionController newController() {
        reporting.begin();
        try {
            CongestionController made = factory.newController();
            if (made != null) {
                return made;
            }
            reporting.controllerFailed(tcb.key(), new NullPointerException("the factory has returned null"));
        } catch (RuntimeException | Error failure) {
            reporting.controllerFailed(tcb.key(), failure);
        } finally {
            reporting.end();
        }
        return CongestionControllers.CUBIC.newController();
    }

    CongestionController controller() {
        return controller;
    }

    /** The handshake is complete. */
    void open(long nowNanos) {
        controller.onEstablished(tcb.negotiated.segmentTextBytes(), nowNanos);
        if (tcb.handshake.hasLost()) {
            // RFC 6298 section 5.7, RFC 5681 section 3.1: the path has lost a segment, or is slow.
            controller.onHandshakeLoss(nowNanos);
        }
    }

    /** The application may have chosen another one since the handshake. */
    void look(long nowNanos) {
        CongestionControllerFactory chosen = tcb.options().congestionController();
        if (chosen != factory && tcb.counters.bytesSent == 0) {
            factory = chosen;
            controller = newController();
            tcb.recovery.follow(controller);
            open(nowNanos);
        }
    }
}
