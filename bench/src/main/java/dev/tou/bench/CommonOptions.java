// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that every command has. */
public final class CommonOptions {

    /** How a command tells its progress and result. */
    public enum ReportFormat {
        TEXT,
        JSON
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--io",
            paramLabel = "KIND",
            description = "How event loops wait: nio or epoll (default: epoll where it works).")
    private Transports.Io io;

    @Option(
            names = "--report",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text, or json: one JSON object a line on standard output, for programs.")
    private ReportFormat report;

    @Option(names = "-J", description = "The same as --report json.")
    private boolean shortJson;

    @Option(names = "--debug", description = "Show the stack trace of a failure.")
    private boolean debug;

    /** {@return the chosen kind of event loop} */
    public Transports.Io io() {
        return io == null ? Transports.Io.preferred() : io;
    }

    /** {@return whether results are JSON lines instead of sentences} */
    public boolean json() {
        return shortJson || report == ReportFormat.JSON;
    }

    /** {@return whether the user wants to see what lies behind a failure} */
    public boolean debug() {
        return debug;
    }

    /** {@return where this command speaks} */
    public Console console() {
        return ((Tou) spec.root().userObject()).console();
    }

    /** {@return the JSON lines of this command, which stay silent unless they were asked for} */
    public JsonLines lines() {
        return new JsonLines(console(), json());
    }
}
