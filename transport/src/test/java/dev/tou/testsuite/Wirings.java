// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import dev.tou.testsuite.Wiring.Wire;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Gives each class its wirings, each test its seed, and the {@link Tally} what came of it. */
final class Wirings implements ClassTemplateInvocationContextProvider {

    /** What the dice of the lossy wire start from, mixed with the name of the test. Drawn if it is not given, and printed. */
    static final String SEED = "tou.testsuite.seed";

    static final long RUN_SEED = Long.getLong(SEED, ThreadLocalRandom.current().nextLong());

    /** The suite announces every run of a method; kept here, because loggers are held weakly. */
    private static final Logger ANNOUNCEMENTS = Logger.getLogger(Wirings.class.getPackageName());

    static {
        ANNOUNCEMENTS.setLevel(Level.WARNING);
    }

    @Override
    public boolean supportsClassTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(ExtensionContext context) {
        Tally tally = Tally.of(context);
        return Wiring.selected().stream().map(wiring -> new Invocation(wiring, tally));
    }

    private record Invocation(Wiring wiring, Tally tally) implements ClassTemplateInvocationContext {

        @Override
        public String getDisplayName(int invocationIndex) {
            return wiring.toString();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Course(wiring, tally));
        }
    }

    /** One class on one wiring. */
    private static final class Course
            implements BeforeClassTemplateInvocationCallback,
                    BeforeEachCallback,
                    AfterClassTemplateInvocationCallback,
                    TestWatcher {

        private final Wiring wiring;
        private final Tally tally;
        private TouPermutation permutation;

        Course(Wiring wiring, Tally tally) {
            this.wiring = wiring;
            this.tally = tally;
        }

        @Override
        public void beforeClassTemplateInvocation(ExtensionContext context) {
            Throwable missing = wiring.loops().unavailability();
            if (missing != null) {
                String reason = "this machine has no " + wiring.loops().label() + ": " + missing;
                tally.missing(wiring, reason);
                if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
                    throw new AssertionError(reason, missing);
                }
                Assumptions.abort(reason);
            }
            tally.entered(wiring, context.getRequiredTestClass());
            permutation = new TouPermutation(wiring, tally);
        }

        @Override
        public void beforeEach(ExtensionContext context) {
            permutation.seed(RUN_SEED ^ name(context).hashCode());
        }

        @Override
        public void afterClassTemplateInvocation(ExtensionContext context) {
            if (permutation != null) {
                permutation.close();
            }
        }

        @Override
        public void testSuccessful(ExtensionContext context) {
            tally.passed(wiring);
        }

        @Override
        public void testFailed(ExtensionContext context, Throwable cause) {
            tally.failed(wiring, name(context) + "; to repeat: " + repeat(context));
        }

        @Override
        public void testAborted(ExtensionContext context, Throwable cause) {
            tally.skipped(wiring, name(context), cause.getMessage());
        }

        @Override
        public void testDisabled(ExtensionContext context, Optional<String> reason) {
            tally.skipped(wiring, name(context), reason.orElse("no reason given"));
        }

        private static String name(ExtensionContext context) {
            return context.getRequiredTestClass().getSimpleName()
                    + '.'
                    + context.getRequiredTestMethod().getName();
        }

        private String repeat(ExtensionContext context) {
            String seed = wiring.wire() == Wire.LOSSY ? " -D" + SEED + '=' + RUN_SEED : "";
            return "./mvnw -pl transport test -Dtest=" + name(context).replace('.', '#')
                    + " -D" + Wiring.LOOPS + '=' + wiring.loops().label()
                    + " -D" + Wiring.WIRES + '=' + wiring.wire().label() + seed;
        }
    }
}
