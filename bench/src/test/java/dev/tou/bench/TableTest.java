// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TableTest {

    @Test
    void inATerminalColumnsAreAsWideAsTheirWidestCell() {
        Table table = new Table(false, true, false)
                .row("State", "Recv-Q", "Peer")
                .row("LISTEN", "1", "*")
                .row("ESTAB");
        assertThat(table.lines("  ")).containsExactly("  State   Recv-Q  Peer", "  LISTEN       1  *", "  ESTAB");
    }

    @Test
    void inMarkdownFiguresStandToTheRight() {
        Table table =
                Table.ofFigures("link", "p50", "x").row("lan", "850 us", "1").row("satellite", "1.2 s");
        assertThat(table.markdown())
                .containsExactly(
                        "| link      |    p50 |   x |",
                        "|-----------|-------:|----:|",
                        "| lan       | 850 us |   1 |",
                        "| satellite |  1.2 s |     |");
    }

    @Test
    void aTableOfNoRowsHasNoLines() {
        assertThat(new Table(false, true).lines("")).isEmpty();
    }
}
