// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.tou.bench.compare.BenchCommand;
import dev.tou.bench.compare.BenchServerCommand;
import dev.tou.bench.demo.DemoClientCommand;
import dev.tou.bench.demo.DemoCommand;
import dev.tou.bench.demo.DemoServerCommand;
import dev.tou.bench.doctor.DoctorCommand;
import dev.tou.bench.file.ReceiveCommand;
import dev.tou.bench.file.SendCommand;
import dev.tou.bench.flood.FloodCommand;
import dev.tou.bench.impair.ImpairCommand;
import dev.tou.bench.inspect.InspectCommand;
import dev.tou.bench.lab.LabCommand;
import dev.tou.bench.link.LinkPeerCommand;
import dev.tou.bench.link.LossyLinkCommand;
import dev.tou.bench.perf.PerfCommand;
import dev.tou.bench.ping.PingCommand;
import dev.tou.bench.plot.PlotCommand;
import dev.tou.bench.replay.ReplayCommand;
import dev.tou.bench.replay.ReplayServerCommand;
import dev.tou.bench.trace.CaptureCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code tou} command: finds the subcommand, and turns every way it can end into a sentence and an exit code. */
@Command(
        name = "tou",
        mixinStandardHelpOptions = true,
        versionProvider = Tou.Version.class,
        description = "TCP over UDP: move files, measure, and see how it works.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            SendCommand.class,
            ReceiveCommand.class,
            PingCommand.class,
            PerfCommand.class,
            ImpairCommand.class,
            CaptureCommand.class,
            PlotCommand.class,
            LabCommand.class,
            InspectCommand.class,
            ReplayCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            HelpCommand.class,
            BenchServerCommand.class,
            DemoServerCommand.class,
            DemoClientCommand.class,
            LossyLinkCommand.class,
            FloodCommand.class,
            LinkPeerCommand.class,
            ReplayServerCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou demo                         a file through a lossy link",
            "  tou receive --dir inbox          wait for files",
            "  tou send report.pdf host:9700    send one there",
            "  tou ping host:7000               measure latency to \"tou ping --serve 7000\"",
            "  tou perf -c host                 measure throughput to \"tou perf -s\"",
            "  tou plot send.jsonl              draw what \"--trace send.jsonl\" has written",
            "  tou inspect                      the live connections of a process",
            "  tou bench                        compare with kernel TCP and QUIC",
            "  tou replay handshake             watch a connection open, segment by segment",
            "  tou doctor                       what of this machine helps or hinders",
            "",
            "A folder that an option names is made if it is missing; the folder of a file that is to be written must be there.",
            "\"tou COMMAND --help\" tells more about a command, \"tou completion\" teaches your shell to complete them."
        })
public final class Tou implements Runnable {

    private static final int NARROWEST_HELP = 55; // which is picocli's own
    private static final int WIDEST_HELP = 100;

    private final Console console;

    @Spec
    private CommandSpec spec;

    Tou(Console console) {
        this.console = console;
    }

    public static void main(String[] args) {
        quietNetty();
        Console console = Console.system();
        endThreadsInASentence(console, List.of(args).contains("--debug"));
        console.onClosedOutput(Tou::endAsByTheSignal);
        System.exit(run(console, args));
    }

    /** Threads of a command's own, and those that run when it is interrupted. */
    private static void endThreadsInASentence(Console console, boolean debug) {
        Failures.of(new NoClassDefFoundError("none")); // loads what can say it, while it is there
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            console.error(Failures.of(e).getMessage());
            if (debug) {
                console.trace(e);
            }
        });
    }

    /** As an interruption does, in a thread that holds no lock for which what is then to be done would wait. */
    private static void endAsByTheSignal() {
        Thread end = new Thread(() -> System.exit(ExitCode.OUTPUT_CLOSED.code()), "tou-output-closed");
        end.setDaemon(true);
        end.start();
    }

    /** Netty's warnings about a platform are not the user's concern; {@code -Dtou.log} shows them. */
    private static void quietNetty() {
        if (System.getProperty("tou.log") == null) {
            Logger.getLogger("io.netty").setLevel(Level.SEVERE);
        }
    }

    /** {@return the exit code of the command line {@code args}} */
    public static int run(Console console, String... args) {
        int exit = commandLine(console).execute(args);
        if (console.output().isClosed()) {
            return ExitCode.OUTPUT_CLOSED.code();
        }
        Optional<Failure> unwritten = console.output().failure();
        unwritten.ifPresent(failure -> console.error(failure.getMessage()));
        return exit == ExitCode.DONE.code()
                ? unwritten.map(Failure::exit).orElse(ExitCode.DONE).code()
                : exit;
    }

    static CommandLine commandLine(Console console) {
        CommandLine commandLine = new CommandLine(new Tou(console));
        commandLine.setColorScheme(colours(console));
        commandLine.setOut(new PrintWriter(console.out(), true));
        commandLine.setErr(new PrintWriter(console.err(), true));
        if (console.columns() > 0) {
            commandLine.setUsageHelpWidth(Math.max(NARROWEST_HELP, Math.min(console.columns(), WIDEST_HELP)));
        }
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.registerConverter(HostAndPort.class, value -> converted(HostAndPort::parse, value));
        commandLine.registerConverter(ListenAddress.class, value -> converted(ListenAddress::parse, value));
        commandLine.registerConverter(Duration.class, value -> converted(Units::parseDuration, value));
        commandLine.setParameterExceptionHandler((e, args) -> misused(console, e, args));
        commandLine.setExecutionStrategy(Tou::execute);
        commandLine.setExecutionExceptionHandler((e, command, parsed) -> failed(console, e, command, parsed));
        showExitCodes(commandLine);
        commandLine
                .getSubcommands()
                .values()
                .forEach(each -> each.getCommandSpec().versionProvider(new Version()));
        return commandLine;
    }

    private static CommandLine.Help.ColorScheme colours(Console console) {
        return CommandLine.Help.defaultColorScheme(console.hasColour() ? Ansi.ON : Ansi.OFF);
    }

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            scope = ScopeType.INHERIT,
            description = "Colours: always, never, or auto, on a terminal unless NO_COLOR is set (default: auto).")
    void colour(ColourChoice when) {
        if (when != null && when != ColourChoice.AUTO) {
            console.useColour(when == ColourChoice.ALWAYS);
            spec.commandLine().setColorScheme(colours(console));
        }
    }

    private static <T> T converted(Function<String, T> parser, String value) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static void showExitCodes(CommandLine commandLine) {
        commandLine
                .getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.asHelp());
        for (CommandLine subcommand : commandLine.getSubcommands().values()) {
            UsageMessageSpec usage = subcommand.getCommandSpec().usageMessage();
            List<String> footer = new ArrayList<>(List.of(usage.footer()));
            footer.addAll(List.of("", "\"tou --help\" lists the exit codes."));
            usage.footer(footer.toArray(String[]::new));
        }
    }

    private static int misused(Console console, ParameterException e, String... args) {
        console.error(Misuse.sentence(e, args));
        return ExitCode.USAGE.code();
    }

    /** Runs the command; picocli lets errors of Java itself pass, which are to end in a sentence, too. */
    private static int execute(ParseResult parsed) {
        if (!parsed.unmatched().isEmpty()) { // picocli would show the help of tou for "tou pnig --help"
            throw new UnmatchedArgumentException(parsed.commandSpec().commandLine(), parsed.unmatched());
        }
        try {
            return new RunLast().execute(parsed);
        } catch (Error e) {
            List<CommandLine> commands = parsed.asCommandLineList();
            Failure failure = Failures.of(e);
            throw new ExecutionException(commands.get(commands.size() - 1), failure.getMessage(), failure);
        }
    }

    private static int failed(Console console, Exception e, CommandLine command, ParseResult parsed) {
        CommonOptions options = (CommonOptions) command.getMixins().get("common");
        boolean debug = options != null && options.debug();
        Failure failure = Failures.of(e);
        boolean misused = failure.exit() == ExitCode.USAGE;
        String sentence = misused ? Misuse.withHelp(failure.getMessage(), command) : failure.getMessage();
        if (options != null) {
            options.lines().emit("failed", JsonLines.failed(failure.exit(), sentence));
        }
        console.error(sentence);
        if (debug) {
            console.trace(e);
        }
        return failure.exit().code();
    }

    Console console() {
        return console;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: " + String.join(", ", visibleCommands(spec)));
    }

    /** {@return the names of the commands that are for users, in the order of the help} */
    static List<String> visibleCommands(CommandSpec tou) {
        return tou.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(each -> !each.usageMessage().hidden())
                .map(CommandSpec::name)
                .toList();
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Tou.class.getPackage().getImplementationVersion();
            return new String[] {
                "tou " + (version == null ? "(not packaged)" : version),
                "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch") + ", event loops: "
                        + Transports.Io.preferred().name().toLowerCase(Locale.ROOT)
            };
        }
    }
}
