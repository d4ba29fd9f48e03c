// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.leak;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

import static org.assertj.core.api.Assertions.assertThat;

/** Leaks on purpose. The classes inside are run by this test alone. */
class LeakExtensionTest {

    static class Tidy {

        @Test
        void releases() {
            ByteBufAllocator.DEFAULT.buffer(16).release();
        }
    }

    static class LeavesADefaultBuffer {

        @Test
        void releases() {
            ByteBufAllocator.DEFAULT.buffer(16).release();
        }

        @Test
        void leaks() {
            ByteBufAllocator.DEFAULT.buffer(16).writeByte(1);
        }
    }

    static class LeavesASlice {

        @Test
        void leaks() {
            PooledByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1).retainedSlice(0, 1);
        }
    }

    static class LeavesADirectBuffer {

        @Test
        void leaks() {
            Unpooled.directBuffer(16).writeByte(1);
        }
    }

    static class LeavesOneInside {

        @Nested
        class Inner {

            @Test
            void leaks() {
                ByteBufAllocator.DEFAULT.buffer(16).writeByte(1);
            }
        }
    }

    @Test
    void whoReleasesPasses() {
        assertThat(run(Tidy.class).getTotalFailureCount()).isZero();
    }

    @Test
    void whoLeaksFails() {
        for (Class<?> leaky : new Class<?>[] {
            LeavesADefaultBuffer.class, LeavesASlice.class, LeavesADirectBuffer.class, LeavesOneInside.class
        }) {
            TestExecutionSummary summary = run(leaky);
            assertThat(summary.getTestsFailedCount())
                    .as("the tests themselves pass")
                    .isZero();
            assertThat(summary.getFailures())
                    .as(leaky.getSimpleName())
                    .singleElement()
                    .satisfies(failure -> {
                        assertThat(failure.getTestIdentifier().getDisplayName()).contains(leaky.getSimpleName());
                        assertThat(failure.getException())
                                .hasMessageContaining("not released")
                                .hasMessageContaining("leaks()");
                    });
            assertThat(run(Tidy.class).getTotalFailureCount())
                    .as("and nobody after it")
                    .isZero();
        }
    }

    private static TestExecutionSummary run(Class<?> testClass) {
        String before = System.setProperty(LeakExtension.PATIENCE_MILLIS, "20");
        try {
            Launcher launcher = LauncherFactory.create();
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            launcher.execute(
                    LauncherDiscoveryRequestBuilder.request()
                            .selectors(DiscoverySelectors.selectClass(testClass))
                            .build(),
                    listener);
            return listener.getSummary();
        } finally {
            if (before == null) {
                System.clearProperty(LeakExtension.PATIENCE_MILLIS);
            } else {
                System.setProperty(LeakExtension.PATIENCE_MILLIS, before);
            }
        }
    }
}
