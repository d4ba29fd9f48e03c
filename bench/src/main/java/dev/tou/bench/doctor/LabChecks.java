// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.doctor;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What only the lab needs: nothing here is needed to use tou. */
final class LabChecks {

    private final Sources sources;
    private final String path;

    /** @param path the folders of programs, as in the variable PATH */
    LabChecks(Sources sources, String path) {
        this.sources = sources;
        this.path = path;
    }

    List<Finding> findings() {
        return List.of(docker(), netem(System.getProperty("os.version")));
    }

    private Finding docker() {
        boolean program = Stream.of(String.valueOf(path).split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "docker")));
        boolean engine = sources.exists("var/run/docker.sock");
        Object[] facts = {"program", program, "engine", engine};
        if (program && engine) {
            return Finding.ok("docker", "There, so the lab of docs/LAB.md can run.", facts);
        }
        return Finding.note(
                "docker",
                program
                        ? "The program is there, and no engine answers at /var/run/docker.sock; start it for the lab."
                        : "Not there; install it for the lab of docs/LAB.md. Nothing else needs it.",
                facts);
    }

    Finding netem(String release) {
        String modules = "lib/modules/" + release + "/modules.";
        boolean there = sources.exists("sys/module/sch_netem")
                || names(modules + "dep", "sch_netem.")
                || names(modules + "builtin", "sch_netem.")
                || names("proc/config.gz", "CONFIG_NET_SCH_NETEM=");
        return there
                ? Finding.ok("netem", "The kernel has it: the lab can impair the kernel's TCP, too.", "available", true)
                : Finding.note(
                        "netem",
                        "The kernel has it not, as far as its files tell; \"tou impair\" does without.",
                        "available",
                        false);
    }

    private boolean names(String file, String what) {
        String text = sources.read(file);
        return text != null && text.contains(what);
    }
}
