// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code tou help COMMAND}: for those who write the words in this order. */
@Command(
        name = "help",
        mixinStandardHelpOptions = true,
        description = "Show the help of a command; the same as \"tou COMMAND --help\".",
        footerHeading = "%nExamples:%n",
        footer = {"  tou help", "  tou help send"})
final class HelpCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Whose help (default: that of tou).")
    private String name;

    @Override
    public Integer call() {
        CommandLine tou = spec.root().commandLine();
        CommandLine wanted = name == null ? tou : tou.getSubcommands().get(name);
        if (wanted == null) {
            throw new UnmatchedArgumentException(tou, List.of(name));
        }
        wanted.usage(tou.getOut());
        return ExitCode.DONE.code();
    }
}
