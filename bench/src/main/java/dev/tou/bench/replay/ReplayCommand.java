// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Interruption;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Nearest;
import dev.tou.bench.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tou replay}: plays scenarios, and says whether what they are about was seen. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Watch TCP open, carry, close and die: real connections on this machine, each segment shown.",
            "A wire of this program's own lies between a client and a server. It loses, holds back or repeats the segments "
                    + "that a scenario is about. docs/SCENARIOS.md explains each. A scenario that does not show what it is "
                    + "about ends with exit code 13."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou replay                     list the scenarios",
            "  tou replay handshake           how a connection opens",
            "  tou replay S4                  all of a section: what closing can be",
            "  tou replay lost-syn-ack --real-time",
            "  tou replay fast-retransmit --page loss.html",
            "  tou replay fast-retransmit --capture loss.pcapng",
            "  tou replay all -J              everything, for a program"
        })
public final class ReplayCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..*",
            paramLabel = "SCENARIO",
            completionCandidates = Offered.class,
            description = "A name such as handshake, a section such as S4, or all (default: list them).")
    private List<String> words = List.of();

    /** What a shell offers; sections have no words that one could begin to type. */
    static final class Offered implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(Scenarios.names().stream(), Stream.of("all")).iterator();
        }
    }

    @Option(names = "--list", description = "List the scenarios.")
    private boolean list;

    @Option(
            names = "--real-time",
            description =
                    "Wait as long as TCP does unless it is told otherwise: retries for a minute, TIME-WAIT for 60 s, a dead host for seven minutes,"
                            + " keep-alive for two hours.")
    private boolean realTime;

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description = "Write a page, too, on which a browser steps through what was played.")
    private Path file;

    @Option(
            names = "--capture",
            paramLabel = "FILE",
            description = "Write what passes the wire to FILE, for Wireshark (pcapng), as seen at the client's end.")
    private Path captureFile;

    @Mixin
    private CommonOptions common;

    private final List<RecordedScene> recorded = new ArrayList<>();
    private SceneCapture capture = SceneCapture.NONE;

    @Override
    public Integer call() throws InterruptedException {
        try (Interruption hook = Interruption.onInterrupt(this::interrupted)) {
            assert hook != null;
            return playAll();
        } finally {
            capture.close();
        }
    }

    private void interrupted() {
        try {
            capture.close();
        } finally {
            common.console().lastWord("Interrupted before the end of the scenario.");
        }
    }

    private Integer playAll() throws InterruptedException {
        List<Scenario> chosen = chosen();
        if (list || chosen.isEmpty()) {
            requireNoFile();
            list(chosen.isEmpty() ? Scenarios.ALL : chosen);
            return ExitCode.DONE.code();
        }
        requirePlaceForPage();
        capture = SceneCapture.open(captureFile);
        WarmUp.on(common.io(), page(common.console().unheard(), common.lines().unheard()));
        List<String> missed = new ArrayList<>();
        for (Scenario scenario : chosen) {
            if (!common.json() && scenario != chosen.get(0)) {
                common.console().say("");
            }
            if (!play(scenario)) {
                missed.add(scenario.card().name());
            }
        }
        writePage();
        endCapture();
        if (!missed.isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_SEEN,
                    "Not seen: " + String.join(", ", missed)
                            + "; is this machine very busy? If not, report what it shows.");
        }
        return ExitCode.DONE.code();
    }

    /** Where nothing is played, nothing would be in a file. */
    private void requireNoFile() {
        if (file == null && captureFile == null) {
            return;
        }
        String option = captureFile != null ? "--capture" : "--page";
        throw new Failure(
                ExitCode.USAGE,
                list
                        ? "--list plays nothing that " + option + " could be of; leave one out."
                        : option + " needs a scenario; \"tou replay --list\" shows them all.");
    }

    /** It is written at the end, which may be hours away. */
    private void requirePlaceForPage() {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw Failures.folder(file.toAbsolutePath(), null);
        }
        if (!Files.isDirectory(folder)) {
            throw Failures.writing(file, new NoSuchFileException(folder.toString()));
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw Failures.writing(file, new AccessDeniedException(file.toString()));
        }
    }

    private void writePage() {
        if (file == null) {
            return;
        }
        try {
            Files.writeString(file, ExplorerPage.of(recorded));
        } catch (IOException e) {
            throw Failures.writing(file, e);
        }
        if (!common.json()) {
            common.console().say("");
            common.console().say("Open " + file.toAbsolutePath() + " in a browser to step through it.");
        }
    }

    private void endCapture() {
        capture.close();
        if (captureFile != null) {
            long datagrams = capture.datagrams();
            // None is dropped: whoever passes a datagram on waits until it is written.
            common.lines()
                    .emit(
                            "captured",
                            JsonLines.fields("file", captureFile.toString(), "datagrams", datagrams, "dropped", 0));
            if (!common.json()) {
                common.console().note(captureFile + ": " + Units.counted(datagrams, "datagram"));
            }
        }
    }

    private List<Scenario> chosen() {
        List<Scenario> chosen = new ArrayList<>();
        for (String word : words) {
            List<Scenario> called = Scenarios.called(word);
            if (called.isEmpty()) {
                String near = Nearest.question(word.toLowerCase(Locale.ROOT), Scenarios.names());
                throw new Failure(
                        ExitCode.USAGE,
                        "There is no scenario \"" + word + "\"" + (near.isEmpty() ? ";" : near)
                                + " \"tou replay --list\" shows them all.");
            }
            called.stream().filter(one -> !chosen.contains(one)).forEach(chosen::add);
        }
        return chosen;
    }

    private boolean play(Scenario scenario) throws InterruptedException {
        Card card = scenario.card();
        RecordedScene scene = new RecordedScene();
        recorded.add(scene);
        Page page = new TwoPages(page(common.console(), common.lines()), scene.page());
        page.begin(card, realTime);
        capture.begin(card);
        try (Stage stage = new Stage(common.io(), page, realTime, capture)) {
            String sentence = scenario.play(stage);
            stage.transcript().end();
            page.seen(card, sentence);
            return true;
        } catch (Failure failure) {
            if (failure.exit() != ExitCode.NOT_SEEN) {
                throw failure;
            }
            page.notSeen(card, failure.getMessage());
            return false;
        }
    }

    private static Page page(Console console, JsonLines lines) {
        return lines.isEnabled() ? new JsonPage(lines) : new TextPage(console);
    }

    private void list(List<Scenario> scenarios) {
        Console console = common.console();
        for (Scenario scenario : scenarios) {
            Card card = scenario.card();
            common.lines()
                    .emit(
                            "scenario",
                            JsonLines.fields(
                                    "section", card.section(),
                                    "name", card.name(),
                                    "title", card.title(),
                                    "rfc", card.rfc(),
                                    "shortened", card.shortened()));
            if (!common.json()) {
                console.say(Units.format("  %-4s", card.section())
                        + console.bold(Units.format("%-20s", card.name()))
                        + card.title());
            }
        }
    }
}
