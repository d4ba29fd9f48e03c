// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * docs/CONFORMANCE.md is what the requirements and the comments in code and tests say. {@code -Dtou.update=true} writes it
 * anew.
 */
class ConformanceDocumentTest {

    private static final Path DOCUMENT = Path.of("../docs/CONFORMANCE.md");
    private static final String MAIN = "src/main/java";
    private static final String TEST = "src/test/java";
    private static final int REQUIREMENTS = 69 + 31;

    private final List<Requirement> requirements = Requirement.all();
    private final Citations code = Citations.ofCode(Path.of(MAIN));
    private final Citations tests = Citations.ofTests(Path.of(TEST));

    @Test
    void isWhatCodeAndTestsSay() throws IOException {
        String document = document();
        if (Boolean.getBoolean("tou.update")) {
            Files.writeString(DOCUMENT, document);
        }
        assertThat(DOCUMENT)
                .as("written from the comments; run the test with -Dtou.update=true")
                .exists()
                .hasContent(document);
    }

    @Test
    void everyRequirementHasATestOrAReason() {
        assertThat(requirements).hasSize(REQUIREMENTS);
        List<String> neither = new ArrayList<>();
        for (Requirement requirement : requirements) {
            if (tests.of(requirement.id()).isEmpty() && requirement.whyNot() == null) {
                neither.add(requirement.id() + ": " + requirement.words());
            }
        }
        assertThat(neither)
                .as("no test cites it, and there is no reason why not")
                .isEmpty();
    }

    @Test
    void everyCitationIsOfARequirement() {
        List<String> known = requirements.stream().map(Requirement::id).toList();
        assertThat(code.ids()).allMatch(known::contains);
        assertThat(tests.ids()).allMatch(known::contains);
        assertThat(tests.loose())
                .as("comments that cite and are not those of a test")
                .isEmpty();
    }

    @Test
    void theCountIsThatOfTheRows() throws IOException {
        List<String> rows = Files.readAllLines(DOCUMENT);
        assertThat(rows).contains(count("MUST", rows), count("SHLD", rows));
    }

    private static String count(String kind, List<String> page) {
        List<String> rows =
                page.stream().filter(row -> row.startsWith("| " + kind + '-')).toList();
        long not = rows.stream().filter(row -> row.contains("| **No**")).count();
        long tested = rows.stream().filter(row -> row.contains("Test.java)")).count();
        return "| " + kind + " | " + rows.size() + " | " + (rows.size() - not) + " | " + not + " | " + tested + " |";
    }

    private String document() {
        StringBuilder text = new StringBuilder("""
                # Conformance

                Every MUST, MUST NOT and SHOULD of [RFC 9293](https://www.rfc-editor.org/rfc/rfc9293), by the names of its appendix B: where the code
                speaks of it, and the test that holds it; or why not. This page is generated from comments that say `MUST-12` in the code and above
                tests, and from [a list](../transport/src/test/resources/dev/tou/conformance/rfc9293.txt); a test fails when it is no longer true.
                To write it anew:

                ```
                ./mvnw -pl transport test -Dtest=ConformanceDocumentTest -Dtou.update=true
                ```

                What each state does with each kind of segment is in
                [a table](../transport/src/test/resources/dev/tou/script/state-segment-matrix.txt) that was read from section 3.10.7 and RFC 5961;
                [a test](../transport/src/test/java/dev/tou/script/StateSegmentMatrixTest.java) plays every cell of it.

                """);
        text.append("""
                | | in all | done | **No** | with a test |
                |---|---:|---:|---:|---:|
                """);
        text.append(counted("MUST")).append(counted("SHLD"));
        text.append("""

                A **No** may be a part of what is asked, and says which; it has a test where there is something to hold. What is optional
                (MAY) is not listed.

                """);
        text.append("| | section | what is asked | held by | in the code |\n|---|---|---|---|---|\n");
        for (Requirement requirement : requirements) {
            String id = requirement.id();
            text.append("| ").append(id).append(" | ");
            text.append(section(requirement.section())).append(" | ");
            text.append(requirement.words()).append(" | ");
            text.append(heldBy(requirement)).append(" | ");
            text.append(links(code.of(id), "../transport/" + MAIN)).append(" |\n");
        }
        return text.toString();
    }

    private String counted(String kind) {
        List<Requirement> all = requirements.stream()
                .filter(requirement -> requirement.id().startsWith(kind + '-'))
                .toList();
        long not =
                all.stream().filter(requirement -> requirement.whyNot() != null).count();
        long tested = all.stream()
                .filter(requirement -> !tests.of(requirement.id()).isEmpty())
                .count();
        return String.format("| %s | %d | %d | %d | %d |\n", kind, all.size(), all.size() - not, not, tested);
    }

    private static String section(String number) {
        return '[' + number + "](https://www.rfc-editor.org/rfc/rfc9293#section-" + number + ')';
    }

    private String heldBy(Requirement requirement) {
        String links = links(tests.of(requirement.id()), "../transport/" + TEST);
        if (requirement.whyNot() == null) {
            return links;
        }
        return "**No**: " + requirement.whyNot() + (links.isEmpty() ? "" : " " + links);
    }

    private static String links(List<Citations.Place> places, String root) {
        List<String> links = new ArrayList<>();
        for (Citations.Place place : places) {
            links.add('[' + place.name() + "](" + root + '/' + place.path() + ')');
        }
        return String.join(", ", links);
    }
}
