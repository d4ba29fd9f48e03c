// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** docs/SCENARIOS.md: for each scenario a block that begins with what to type, and goes on with what was printed. */
record ScenarioDocument(String text) {

    private static final Pattern BLOCK =
            Pattern.compile("```\n\\$ \\./tou replay ([a-z-]+)\n(.*?)```\n", Pattern.DOTALL);

    static ScenarioDocument read(Path file) throws IOException {
        return new ScenarioDocument(Files.readString(file));
    }

    List<String> names() {
        return BLOCK.matcher(text).results().map(match -> match.group(1)).toList();
    }

    String output(String name) {
        return block(name).group(2);
    }

    /** {@return the text with another output} */
    String with(String name, String output) {
        MatchResult block = block(name);
        return text.substring(0, block.start(2)) + output + text.substring(block.end(2));
    }

    private MatchResult block(String name) {
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            if (blocks.group(1).equals(name)) {
                return blocks.toMatchResult();
            }
        }
        throw new AssertionError("docs/SCENARIOS.md has no block that begins with \"$ ./tou replay " + name + "\"");
    }
}
