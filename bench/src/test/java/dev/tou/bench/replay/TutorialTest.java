// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/TUTORIAL.md has ten lessons, and shows what docs/SCENARIOS.md shows, which is held to what is played. */
class TutorialTest {

    private static final Path TUTORIAL = Path.of("../docs/TUTORIAL.md");
    private static final Path SCENARIOS = Path.of("../docs/SCENARIOS.md");
    private static final Pattern LESSON = Pattern.compile("^## (\\d+)\\. ", Pattern.MULTILINE);
    private static final Pattern REPLAY = Pattern.compile("tou replay ([a-z]+(?:-[a-z0-9]+)*)");

    @Test
    void hasTenLessonsEachWithACommandAndAQuestion() throws IOException {
        String text = Files.readString(TUTORIAL);
        List<String> numbers =
                LESSON.matcher(text).results().map(match -> match.group(1)).toList();
        assertThat(numbers).containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        String[] lessons = text.split("(?m)^## ");
        for (int i = 1; i <= 10; i++) {
            assertThat(lessons[i]).contains("```\n$ ./tou replay ", "Look at\n", "?**\n", "<details>", "</details>");
        }
    }

    @Test
    void showsWhatTheScenariosShow() throws IOException {
        ScenarioDocument scenarios = ScenarioDocument.read(SCENARIOS);
        ScenarioDocument tutorial = ScenarioDocument.read(TUTORIAL);
        for (String name : tutorial.names()) {
            tutorial = new ScenarioDocument(tutorial.with(name, scenarios.output(name)));
        }
        if (Boolean.getBoolean("tou.update")) {
            Files.writeString(TUTORIAL, tutorial.text());
        } else {
            assertThat(Files.readString(TUTORIAL))
                    .as("-Dtou.update=true copies the blocks from docs/SCENARIOS.md")
                    .isEqualTo(tutorial.text());
        }
    }

    @Test
    void namesScenariosThatThereAre() throws IOException {
        assertThat(REPLAY.matcher(Files.readString(TUTORIAL))
                        .results()
                        .map((MatchResult match) -> match.group(1))
                        .toList())
                .allSatisfy(name -> assertThat(Scenarios.called(name)).isNotEmpty());
    }
}
