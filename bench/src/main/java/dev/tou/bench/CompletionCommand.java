// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tou completion SHELL}: a script that teaches a shell this command. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Print a script by which a shell completes the commands, options, names and files of tou.",
            "It works for a \"tou\" that the shell finds, and for \"./tou\" alike."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(tou completion bash)             for this shell",
            "  tou completion bash > ~/.local/share/bash-completion/completions/tou",
            "  source <(tou completion zsh)              in ~/.zshrc, for every zsh to come"
        })
final class CompletionCommand implements Callable<Integer> {

    /** The shells that there is a script for. */
    enum Shell {
        BASH,
        ZSH
    }

    /** What may follow an option, or stand alone, where that is one of a few words. */
    private static final Pattern WORDS = Pattern.compile("local \\w+_(?:option|pos_param)_args=(\\([^)]*\\))");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell;

    @Override
    public Integer call() {
        Tou tou = (Tou) spec.root().userObject();
        tou.console().say(script().stripTrailing());
        return ExitCode.DONE.code();
    }

    /** The script of picocli is one for both: under zsh it asks for zsh's emulation of bash's completion. */
    private String script() {
        CommandLine shown = Tou.commandLine(((Tou) spec.root().userObject()).console());
        CommandSpec tou = shown.getCommandSpec();
        List<String> visible = Tou.visibleCommands(tou);
        for (String name : List.copyOf(tou.subcommands().keySet())) {
            if (!visible.contains(name)) {
                tou.removeSubcommand(name);
            }
        }
        offer(tou.subcommands().get("send").getCommandSpec(), Path.class, null);
        offer(tou.subcommands().get("help").getCommandSpec(), String.class, visible);
        String first = shell == Shell.ZSH ? "autoload -U +X compinit && compinit\n" : "";
        return first + WORDS.matcher(AutoComplete.bash("tou", shown)).replaceAll(CompletionCommand::lowerCase);
    }

    /**
     * Says what may stand where {@code command} takes words of its own: picocli knows files by their type, and the command reads
     * text there.
     */
    private static void offer(CommandSpec command, Class<?> type, List<String> words) {
        for (PositionalParamSpec argument : List.copyOf(command.positionalParameters())) {
            command.remove(argument);
            command.addPositional(PositionalParamSpec.builder()
                    .index(argument.index())
                    .arity(argument.arity())
                    .paramLabel(argument.paramLabel().replaceAll("\\W.*", ""))
                    .type(argument.type())
                    .auxiliaryTypes(type)
                    .completionCandidates(words)
                    .build());
        }
    }

    /** Constants are offered as one would type them. */
    private static String lowerCase(MatchResult words) {
        return Matcher.quoteReplacement(
                words.group().replace(words.group(1), words.group(1).toLowerCase(Locale.ROOT)));
    }
}
