// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.testsuite;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.netty.testsuite.transport.socket.SocketEchoTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/NETTY-TESTSUITE.md decides on every class of the suite, and this package does what it says. */
class SuiteDocumentTest {

    private static final Path DOCUMENT = Path.of("../docs/NETTY-TESTSUITE.md");
    private static final Path HERE = Path.of("src/test/java/dev/tou/testsuite");
    private static final Pattern CLASS = Pattern.compile("io/netty/testsuite/transport/(?:\\w+/)*(\\w+Test)\\.class");
    private static final Pattern NAME = Pattern.compile("`(\\w+Test)`");

    /** What only others inherit from, and holds no test. */
    private static final Set<String> BARE = Set.of(
            "AbstractComboTestsuiteTest",
            "AbstractTestsuiteTest",
            "AbstractSocketTest",
            "AbstractClientSocketTest",
            "AbstractServerSocketTest",
            "AbstractDatagramTest",
            "AbstractSctpTest",
            // Decided on under the name of the class that completes it.
            "AbstractSocketShutdownOutputByPeerTest");

    private static Set<String> ofTheSuite() throws Exception {
        File jar = new File(SocketEchoTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (JarFile suite = new JarFile(jar)) {
            return suite.stream()
                    .map(entry -> CLASS.matcher(entry.getName()))
                    .filter(Matcher::matches)
                    .map(matcher -> matcher.group(1))
                    .filter(name -> !BARE.contains(name))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The names in the first column of the tables that follow a heading. */
    private static Set<String> under(String heading) throws IOException {
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf("## " + heading);
        assertThat(from).as(heading).isNotNegative();
        int to = text.indexOf("\n## ", from + 1);
        Set<String> names = new TreeSet<>();
        text.substring(from, to < 0 ? text.length() : to)
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1])
                .forEach(cell -> NAME.matcher(cell).results().forEach(found -> names.add(found.group(1))));
        return names;
    }

    @Test
    void everyClassIsDecidedOn() throws Exception {
        Set<String> decided = under("What runs");
        decided.addAll(under("What does not apply"));
        assertThat(decided).isEqualTo(ofTheSuite());
    }

    @Test
    void whatRunsIsHere() throws Exception {
        Set<String> here = new TreeSet<>();
        for (String file : HERE.toFile().list()) {
            if (file.startsWith("Netty")) {
                here.add(file.replaceFirst("Netty(\\w+)\\.java", "$1"));
            }
        }
        Set<String> decided = new TreeSet<>();
        under("What runs").forEach(name -> decided.add(name.replaceFirst("^Abstract", "")));
        assertThat(here).isEqualTo(decided);
    }
}
