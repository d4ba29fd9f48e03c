// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar that is given away, so it runs after {@code package}: the libraries in it ask for their notices and licences to go along. */
class PackagedTest {

    private static final Path JAR = Path.of("target", "tou.jar");

    private static String read(String name) throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            ZipEntry entry = jar.getEntry(name);
            assertThat(entry).as("%s in %s", name, JAR).isNotNull();
            return new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void hasTheNoticesOfItsLibraries() throws IOException {
        assertThat(read("META-INF/NOTICE"))
                .contains(
                        "Apache Batik",
                        "Apache XML Graphics Commons",
                        "Jackson",
                        "FastDoubleParser",
                        "The Netty Project");
    }

    @Test
    void hasTheLicencesOfItsLibraries() throws IOException {
        assertThat(read("META-INF/LICENSE")).contains("Apache License", "Version 2.0");
        assertThat(read("META-INF/THIRD-PARTY.md"))
                .contains("Netty", "picocli", "XChart", "Batik", "Jackson")
                .contains("Copyright (c) 2000-2023 The Legion of the Bouncy Castle", "2016 Gil Tene", "Leon Sorokin");
        assertThat(read("META-INF/license/LICENSE.quiche.txt")).contains("Redistribution");
        assertThat(read("META-INF/FastDoubleParser-LICENSE")).contains("MIT License");
        assertThat(read("META-INF/Schubfach-LICENSE")).contains("Raffaello Giulietti");
    }
}
