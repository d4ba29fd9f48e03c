// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

/**
 * An end that the user can do something about: one sentence that says what happened and what to do, and the exit code.
 *
 * <p>Thrown wherever the reason is known, shown once, by {@link Tou}. The cause is kept for {@code --debug} only.
 */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ExitCode exit;

    public Failure(ExitCode exit, String sentence) {
        this(exit, sentence, null);
    }

    public Failure(ExitCode exit, String sentence, Throwable cause) {
        super(sentence, cause);
        this.exit = exit;
    }

    /** {@return how the process ends because of this} */
    public ExitCode exit() {
        return exit;
    }
}
