// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;

/** Wireshark's dissectors, as a judge of captures. */
final class Tshark {

    private Tshark() {}

    /** Skips the test where there is no tshark, and says so; with {@code TOU_REQUIRE_ROOT=1} that is a failure. */
    static void orElse(String notTested) {
        boolean there = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> new File(directory, "tshark").canExecute());
        if (there) {
            return;
        }
        String missing = "there is no tshark; " + notTested;
        if ("1".equals(System.getenv("TOU_REQUIRE_ROOT"))) {
            throw new AssertionError(missing);
        }
        System.out.println(missing);
        Assumptions.abort(missing);
    }

    /** {@return the fields of each packet that the filter lets pass; a field that it does not have is empty} */
    static List<Map<String, String>> fields(Path capture, String filter, String... names) throws Exception {
        List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
        command.addAll(List.of("-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y", filter));
        command.addAll(List.of("-T", "fields", "-E", "separator=;"));
        for (String name : names) {
            command.addAll(List.of("-e", name));
        }
        Process tshark = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Map<String, String>> packets = new ArrayList<>();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(tshark.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                packets.add(packet(line, names));
            }
        }
        assertThat(tshark.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tshark.exitValue()).isZero();
        return packets;
    }

    private static Map<String, String> packet(String line, String... names) throws IOException {
        String[] values = line.split(";", -1);
        Map<String, String> packet = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            packet.put(names[i], values[i]);
        }
        return packet;
    }
}
