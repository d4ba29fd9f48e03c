// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

import dev.tou.simulation.drawing.Drawing;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test of scenarios: each can be looked at, when it fails or with {@code -Dtou.draw=DIR}. */
abstract class ScenarioTest {

    @RegisterExtension
    final Drawing drawing = new Drawing();

    /** {@return a scenario that is drawn} Of several in one test, the busiest connection is. */
    Scenario scenario(long seed) {
        return new Scenario(seed).drawnBy(drawing);
    }
}
