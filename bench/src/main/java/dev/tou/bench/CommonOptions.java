// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.Locale;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
            description = "How event loops wait: nio, epoll or io_uring (default: epoll where it works).")
    private Transports.Io io;

    @Option(
            names = "--report",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text, or json: one JSON object a line on standard output, for programs.")
    private ReportFormat report;

    @Option(names = "-J", description = "The same as --report json.")
    private boolean jsonReport;

    @Option(names = "--debug", description = "Show the stack trace of a failure.")
    private boolean debug;

    /**
     * {@return the chosen kind of event loop}
     *
     * @throws ParameterException if it does not work on this machine
     */
    public Transports.Io io() {
        if (io != null && !io.isAvailable()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Event loops of " + io.name().toLowerCase(Locale.ROOT) + " do not work here; leave out --io.");
        }
        return io == null ? Transports.Io.preferred() : io;
    }

    /** {@return whether results are JSON lines instead of sentences} */
    public boolean json() {
        return jsonReport || report == ReportFormat.JSON;
    }

    boolean debug() {
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
