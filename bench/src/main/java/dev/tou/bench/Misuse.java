// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line in the words of a user, where picocli speaks of its own parts. */
final class Misuse {

    private Misuse() {}

    /** {@return what is wrong, and what to do, in one sentence} */
    static String sentence(ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String help = "try \"" + command + " --help\".";
        String what = what(e);
        boolean ended = what.endsWith(".") || what.endsWith("?");
        return ended ? what + " " + help.replaceFirst("^t", "T") : what + "; " + help;
    }

    private static String what(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched);
        }
        if (e instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            return missing.getMissing().stream().map(Misuse::name).collect(Collectors.joining(" and ")) + " is missing";
        }
        if (e instanceof OverwrittenOptionException twice) {
            return name(twice.getOverwritten()) + " is there twice";
        }
        ArgSpec argument = e.getArgSpec();
        if (argument != null && e.getValue() != null) {
            return name(argument) + ": " + reason(e, argument);
        }
        return e.getMessage().strip().replace(System.lineSeparator(), " ");
    }

    private static String unmatched(UnmatchedArgumentException e) {
        String first = e.getUnmatched().get(0);
        List<String> similar = e.getSuggestions();
        String hint = similar.isEmpty() ? "" : "; did you mean " + similar.get(0) + "?";
        if (e.isUnknownOption()) {
            return "There is no option " + first + hint;
        }
        boolean command = e.getCommandLine().getCommandSpec().parent() == null;
        return command ? "There is no command \"" + first + "\"" + hint : "\"" + first + "\" is one argument too many";
    }

    private static String reason(ParameterException e, ArgSpec argument) {
        Class<?> type = argument.auxiliaryTypes().length > 0 ? argument.auxiliaryTypes()[0] : argument.type();
        if (type.isEnum()) {
            String known = Arrays.stream(type.getEnumConstants())
                    .map(value -> value.toString().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "));
            return "\"" + e.getValue() + "\" is none of these: " + known;
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "\"" + e.getValue() + "\" is not a whole number, or too large";
        }
        return e.getCause() instanceof TypeConversionException cause ? cause.getMessage() : e.getMessage();
    }

    /** What the user would type for it. */
    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }
}
