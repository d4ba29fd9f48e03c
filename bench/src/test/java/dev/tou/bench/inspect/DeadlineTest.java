// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class DeadlineTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    @Test
    void whatIsDoneInTimeIsReturned() throws Exception {
        assertThat(Deadline.within(LONG, () -> "done", late -> {})).isEqualTo("done");
    }

    @Test
    void whatFailsSaysWhy() {
        assertThatThrownBy(() -> Deadline.within(
                        LONG,
                        () -> {
                            throw new IOException("refused");
                        },
                        late -> {}))
                .hasRootCauseInstanceOf(IOException.class)
                .hasRootCauseMessage("refused");
    }

    /** As that of native code, which hears no interrupts. */
    @Test
    void nobodyWaitsLongerAndWhatComesThenIsPutAway() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        CompletableFuture<String> putAway = new CompletableFuture<>();
        assertThatThrownBy(() -> Deadline.within(
                        Duration.ofMillis(1),
                        () -> {
                            answer.await();
                            return "late";
                        },
                        putAway::complete))
                .isInstanceOf(TimeoutException.class);
        assertThat(putAway).isNotDone();
        answer.countDown();
        assertThat(putAway.get()).isEqualTo("late");
    }
}
