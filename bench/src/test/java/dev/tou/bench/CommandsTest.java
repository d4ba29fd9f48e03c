// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The manners that every command has. The commands are those that picocli knows, so one that is added without them fails here.
 */
class CommandsTest {

    /** These print text that is for a person, or a shell, and nothing else. */
    private static final Set<String> WITHOUT_RESULT = Set.of("completion", "help");

    /** What is written to files, and therefore belongs to no command's output. */
    private static final Set<String> OTHER_SCHEMAS = Set.of("trace");

    private final CapturedConsole tou = new CapturedConsole();

    private static CommandSpec root() {
        return Tou.commandLine(new CapturedConsole().console()).getCommandSpec();
    }

    static List<String> commands() {
        return Tou.visibleCommands(root());
    }

    static Stream<String> commandsWithJson() {
        return commands().stream().filter(name -> !WITHOUT_RESULT.contains(name));
    }

    private static CommandSpec spec(String command) {
        return root().subcommands().get(command).getCommandSpec();
    }

    private String help(String command) {
        assertThat(tou.run(command, "--help")).as(tou.err()).isZero();
        assertThat(tou.err()).isEmpty();
        return tou.out();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpEndsInExamplesThatAreRight(String command) {
        String help = help(command);
        assertThat(help).startsWith("Usage: tou " + command).contains("\nExamples:\n");
        List<String> examples = help.substring(help.indexOf("\nExamples:\n"))
                .lines()
                .map(CommandsTest::commandLine)
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(examples).isNotEmpty().allSatisfy(example -> {
            List<String> words = words(example);
            words.remove(0);
            Tou.commandLine(tou.console()).parseArgs(words.toArray(String[]::new));
        });
        assertThat(examples).anyMatch(example -> example.startsWith("tou " + command));
    }

    /** As a shell cuts them. */
    private static List<String> words(String line) {
        return Pattern.compile("\"([^\"]*)\"|(\\S+)")
                .matcher(line)
                .results()
                .map(word -> word.group(1) != null ? word.group(1) : word.group(2))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** The part of an example's line that belongs to tou: without the shell's own, and without what is said about it. */
    private static String commandLine(String line) {
        int start = line.startsWith("  ") ? line.indexOf("tou ") : -1;
        return start < 0
                ? ""
                : line.substring(start).replaceFirst("(  .*|[)>|&].*)$", "").strip();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpFitsATerminal(String command) {
        assertThat(help(command).lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void noExampleIsBroken(String command) {
        String help = help(command);
        assertThat(help.substring(help.indexOf("\nExamples:\n") + 1).lines().skip(1))
                .allSatisfy(line -> assertThat(line).matches("|  .*|\"tou --help\" lists the exit codes\\."));
    }

    @Test
    void everyExitCodeIsInTheDocumentation() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../docs/COMMANDS.md")).stream()
                .filter(line -> line.matches("\\| \\d+ \\|.*"))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(Stream.of(ExitCode.values())
                        .map(exit -> "| " + exit.code() + " | " + exit.meaning() + " |")
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyArgumentIsExplained(String command) {
        CommandSpec spec = spec(command);
        assertThat(spec.usageMessage().description()).isNotEmpty();
        assertThat(spec.usageMessage().description()[0]).endsWith(".");
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                assertThat(String.join(" ", option.description()))
                        .as(option.longestName())
                        .isNotBlank();
                assertThat(option.arity().max() == 0 || !option.paramLabel().contains("<"))
                        .as(option.longestName() + " says in its own words what it takes")
                        .isTrue();
            }
        }
        for (PositionalParamSpec argument : spec.positionalParameters()) {
            assertThat(argument.description()).as(argument.paramLabel()).isNotEmpty();
            assertThat(argument.paramLabel()).doesNotContain("<");
        }
    }

    /** One rule for all that is written, said where it applies. */
    @ParameterizedTest
    @MethodSource("commands")
    void foldersAreMadeAndTheirOptionsSaySo(String command) {
        for (OptionSpec option : spec(command).options()) {
            if (option.paramLabel().equals("DIR")) {
                assertThat(String.join(" ", option.description()))
                        .as(option.longestName())
                        .contains("made if missing");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void itKnowsItsVersion(String command) {
        assertThat(tou.run(command, "--version")).isZero();
        assertThat(tou.out()).startsWith("tou ").contains("Java ");
        assertThat(tou.err()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpByTheOtherOrderOfWords(String command) {
        String help = help(command);
        CapturedConsole other = new CapturedConsole();
        assertThat(other.run("help", command)).isZero();
        assertThat(other.out()).isEqualTo(help);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void anUnknownOptionIsMisuse(String command) {
        assertThat(tou.run(command, "--no-such-option")).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.out()).isEmpty();
        assertThat(tou.err())
                .startsWith("tou: There is no option --no-such-option")
                .contains("\"tou " + command + " --help\"")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aSlipOfTheFingerIsUnderstood(String command) {
        String slipped = command.substring(0, 1) + command.charAt(2) + command.charAt(1) + command.substring(3);
        assertThat(tou.run(slipped)).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err())
                .contains("There is no command \"" + slipped + "\"")
                .contains("tou " + command);
        assertThat(tou.err()).hasLineCount(1);
        CapturedConsole other = new CapturedConsole();
        assertThat(other.run(command, "--hlep")).isEqualTo(ExitCode.USAGE.code());
        assertThat(other.err()).contains("There is no option --hlep; did you mean --help?");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void coloursAreTheUsersChoice(String command) {
        assertThat(tou.run(command, "--color=always", "--help")).isZero();
        assertThat(tou.out()).contains("\033[");
        CapturedConsole plain = new CapturedConsole();
        plain.console().useColour(true);
        assertThat(plain.run("--color=never", command, "--help")).isZero();
        assertThat(plain.out()).doesNotContain("\033");
    }

    @ParameterizedTest
    @MethodSource("commandsWithJson")
    void whatAProgramReadsHasASchema(String command) {
        assertThat(spec(command).findOption("-J")).as("-J").isNotNull();
        assertThat(spec(command).findOption("--debug")).as("--debug").isNotNull();
        JsonNode schema = JsonSchemas.read(JsonSchemas.file(command));
        assertThat(schema.path("$schema").asText()).endsWith("2020-12/schema");
        assertThat(schema.path("$id").asText()).isEqualTo("urn:tou:schema:" + command + ":" + JsonLines.SCHEMA);
        assertThat(schema.path("title").asText()).isEqualTo("A line of \"tou " + command + " -J\"");
        for (JsonNode event : schema.path("oneOf")) {
            String name = event.path("$ref").asText().replace("#/$defs/", "");
            JsonNode fields = schema.path("$defs").path(name).path("properties");
            assertThat(fields.path("event").path("const").asText()).isEqualTo(name);
            assertThat(fields.path("schema").path("const").asInt()).isEqualTo(JsonLines.SCHEMA);
        }
        assertThat(schema.path("$defs").path("failed"))
                .as("every command can fail, and all say it in the same way")
                .isEqualTo(
                        JsonSchemas.read(JsonSchemas.file("send")).path("$defs").path("failed"));
        everyFieldIsExplained(schema, command);
    }

    private static void everyFieldIsExplained(JsonNode node, String path) {
        node.path("properties")
                .properties()
                .forEach(field -> assertThat(field.getValue().has("description")
                                || field.getValue().has("$ref"))
                        .as(path + "/" + field.getKey() + " has a description")
                        .isTrue());
        node.properties().forEach(child -> everyFieldIsExplained(child.getValue(), path + "/" + child.getKey()));
    }

    @Test
    void everySchemaIsOfACommand() throws IOException {
        Set<String> known = new HashSet<>(commands());
        known.addAll(OTHER_SCHEMAS);
        try (Stream<Path> files = Files.list(JsonSchemas.FOLDER)) {
            assertThat(files.map(path -> path.getFileName().toString())
                            .filter(name -> name.endsWith(".json"))
                            .map(name -> name.replace(".schema.json", "")))
                    .isSubsetOf(known);
        }
    }

    @Test
    void theFirstHelpListsThemAll() {
        assertThat(tou.run("--help")).isZero();
        assertThat(commands()).allSatisfy(name -> assertThat(tou.out()).containsPattern("(?m)^  " + name + " "));
        CapturedConsole other = new CapturedConsole();
        assertThat(other.run("help")).isZero();
        assertThat(other.out()).isEqualTo(tou.out());
    }

    @Test
    void helpForWhatThereIsNot() {
        assertThat(tou.run("help", "sned")).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err()).isEqualTo("tou: There is no command \"sned\"; did you mean \"tou send\"?\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "--version"})
    void nobodyIsHelpedWithACommandThatIsNone(String option) {
        assertThat(tou.run("pnig", option)).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err()).isEqualTo("tou: There is no command \"pnig\"; did you mean \"tou ping\"?\n");
        assertThat(tou.out()).isEmpty();
    }

    @Test
    void withoutArgumentsItSaysWhatThereIs() {
        assertThat(tou.run()).isEqualTo(ExitCode.USAGE.code());
        assertThat(tou.err())
                .isEqualTo("tou: Say what to do: " + String.join(", ", commands()) + "; try \"tou --help\".\n");
    }
}
