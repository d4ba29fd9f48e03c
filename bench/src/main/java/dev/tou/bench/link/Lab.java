// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/**
 * The two namespaces, and the program that joins them. What is sent starts at A and is received at B.
 *
 * @param a name of the sending namespace
 * @param b name of the receiving namespace
 * @param linkProgram which of the link programs
 * @param folder for what the programs say while they run
 */
record Lab(String a, String b, Path linkProgram, Path folder) {

    /** {@return the words that put a command into a namespace} */
    static List<String> in(String namespace, String... command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        words.addAll(Arrays.asList(command));
        return words;
    }

    /** {@return what a short command prints; empty if it fails} */
    static String output(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? words.strip() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** Ends a process and waits until it has gone; at once and by force if this thread is interrupted. */
    static void end(Process process) {
        process.destroy();
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** {@return the last words of a file, for a sentence about a failure} */
    static String lastWords(Path file) {
        try {
            List<String> lines = Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.isEmpty()
                    ? "it said nothing"
                    : lines.get(lines.size() - 1).strip();
        } catch (IOException e) {
            return e.toString();
        }
    }

    static Failure failed(String sentence, Throwable cause) {
        return new Failure(ExitCode.INTERNAL, sentence, cause);
    }
}
