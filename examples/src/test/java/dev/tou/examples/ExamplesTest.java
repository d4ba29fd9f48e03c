// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ExamplesTest extends RunsAnExample {

    @Test
    void listsThemByName() {
        assertThat(run(new Examples())).isZero();
        assertThat(printed)
                .contains("echo-server", "echo-client", "file-server", "file-client", "grpc-server", "grpc-client");
    }

    @Test
    void runsOneByName() {
        assertThat(run(new Examples(), "echo-client", "--help")).isZero();
        assertThat(printed).contains("[<message>]");
    }
}
