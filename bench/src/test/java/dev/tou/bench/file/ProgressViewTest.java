// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import dev.tou.bench.CapturedConsole;
import dev.tou.bench.HostAndPort;
import dev.tou.bench.JsonLines;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ProgressViewTest {

    private static final long MINUTE = 60_000_000_000L;

    private final CapturedConsole tou = new CapturedConsole();
    private final TransferProgress transfer = new TransferProgress("file.txt", 100, new HostAndPort("host", 1));
    private final ProgressView view = new ProgressView(tou.console(), new JsonLines(tou.console(), false), transfer);

    /** However long the connection takes: a line of progress before the sentence of a failure would be none. */
    @Test
    void thereIsNoProgressBeforeTheFirstByte() {
        view.draw(MINUTE);
        assertThat(tou.err()).isEmpty();
        transfer.begin(0);
        view.draw(MINUTE);
        assertThat(tou.err()).contains("file.txt").contains("0 %").hasLineCount(1);
    }

    /** Where lines are seldom, the first has a rate as well. */
    @Test
    void theFirstLineHasARate() {
        transfer.begin(0);
        view.draw(0);
        transfer.advance(50);
        view.draw(MINUTE);
        assertThat(tou.err()).contains("50 %", " 1 B/s");
    }

    @Test
    void whatWasThereBeforeCountsAsMovedButNotAsFast() {
        transfer.begin(50);
        view.draw(MINUTE);
        assertThat(tou.err()).contains(" 50 %").contains("50 B").contains("0 B/s");
    }
}
