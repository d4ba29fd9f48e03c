// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.ExitCode;
import dev.tou.bench.JsonLines;
import dev.tou.bench.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tou doctor}: looks at the machine, and says what to do. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Say what of this machine helps or hinders tou, and what to do about it.",
            "What can be tried is tried, on loopback. It changes nothing, and ends with 0 unless tou does not work."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tou doctor                                a line for each thing looked at",
            "  tou doctor -J | jq '.findings[] | select(.verdict != \"ok\")'"
        })
public final class DoctorCommand implements Callable<Integer> {

    private static final int SENTENCE_COLUMN = 26;
    private static final int NARROWEST = 30;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        Sources sources = Sources.ofThisMachine();
        List<Finding> findings = new ArrayList<>();
        findings.addAll(new MachineChecks(sources).findings());
        findings.addAll(new BufferChecks(sources).findings());
        findings.addAll(new NetworkChecks(common.io()).findings());
        findings.addAll(new ClockChecks(sources).findings());
        findings.addAll(new LabChecks(sources, System.getenv("PATH")).findings());
        if (common.json()) {
            common.lines()
                    .emit(
                            "doctor",
                            JsonLines.fields(
                                    "ok",
                                    count(findings, Finding.Verdict.OK),
                                    "notes",
                                    count(findings, Finding.Verdict.NOTE),
                                    "problems",
                                    count(findings, Finding.Verdict.PROBLEM),
                                    "findings",
                                    findings.stream().map(Finding::fields).toList()));
        } else {
            show(common.console(), findings);
        }
        return exit(findings);
    }

    static void show(Console console, List<Finding> findings) {
        findings.forEach(finding -> show(console, finding));
        long notes = count(findings, Finding.Verdict.NOTE);
        long problems = count(findings, Finding.Verdict.PROBLEM);
        console.say("");
        console.say(Units.format(
                "%d ok, %d %s, %d %s.",
                count(findings, Finding.Verdict.OK),
                notes,
                notes == 1 ? "note" : "notes",
                problems,
                problems == 1 ? "problem" : "problems"));
    }

    /** {@return how the command ends because of what was found} */
    static int exit(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.verdict() == Finding.Verdict.PROBLEM)
                .map(finding -> (Integer) finding.facts().getOrDefault("exit", ExitCode.INTERNAL.code()))
                .findFirst()
                .orElse(ExitCode.DONE.code());
    }

    private static long count(List<Finding> findings, Finding.Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }

    private static void show(Console console, Finding finding) {
        String word = Units.format("%-8s", finding.verdict().word());
        String coloured = switch (finding.verdict()) {
            case OK -> console.green(word);
            case NOTE -> console.cyan(word);
            case PROBLEM -> console.red(word);
        };
        int width = console.columns() - SENTENCE_COLUMN;
        List<String> lines = width < NARROWEST ? List.of(finding.sentence()) : wrapped(finding.sentence(), width);
        console.say("  " + coloured + Units.format("%-16s", finding.topic()) + lines.get(0));
        lines.stream().skip(1).forEach(line -> console.say(" ".repeat(SENTENCE_COLUMN) + line));
    }

    /** {@return {@code text} in lines of at most {@code width} characters, unless a word is longer} */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
