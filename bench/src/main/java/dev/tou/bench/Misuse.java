// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line in the words of a user, where picocli speaks of its own parts. */
final class Misuse {

    /** A letter behind a dash, and perhaps a digit that was to be its value. */
    private static final int LONGEST_LETTER = 3;

    /** What an option begins with that ends a habit. */
    private static final String NO = "no-";

    private Misuse() {}

    /** {@return what is wrong with {@code arguments}, and what to do, in one sentence} */
    static String sentence(ParameterException e, String... arguments) {
        UnmatchedArgumentException unknown = unknownOptionBefore(e, arguments);
        return withHelp(what(unknown != null ? unknown : e), e.getCommandLine());
    }

    /** {@return what is wrong, and where to read how it is right} */
    static String withHelp(String what, CommandLine command) {
        if (what.contains("\"tou ")) {
            return what; // it names a better command
        }
        String help = "try \"" + command.getCommandSpec().qualifiedName() + " --help\".";
        boolean ended = what.endsWith(".") || what.endsWith("?");
        return ended ? what + " " + help.replaceFirst("^t", "T") : what + "; " + help;
    }

    /**
     * The value of a misspelt option is taken for a positional argument, and that, or what is missing then, is what picocli
     * complains about first.
     *
     * @return what it should have complained about, or null
     */
    private static UnmatchedArgumentException unknownOptionBefore(ParameterException e, String... arguments) {
        boolean positional = e.getArgSpec() != null && !e.getArgSpec().isOption();
        if (!positional && !(e instanceof MissingParameterException)) {
            return null;
        }
        CommandLine command = e.getCommandLine();
        for (String argument : arguments) {
            String name = argument.replaceFirst("=.*", "");
            if (name.equals("--")) {
                return null;
            }
            if (isUnknown(name, command.getCommandSpec())) {
                return new UnmatchedArgumentException(command, List.of(argument));
            }
        }
        return null;
    }

    /** Behind one dash stands a letter, and what follows it may be its value. */
    private static boolean isUnknown(String name, CommandSpec command) {
        boolean option = name.matches("--.+|-[A-Za-z].*") && command.findOption(name) == null;
        return option && (name.startsWith("--") || command.findOption(name.substring(0, 2)) == null);
    }

    private static String what(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched);
        }
        if (e instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            boolean one = missing.getMissing().size() == 1;
            return missing.getMissing().stream().map(Misuse::name).collect(Collectors.joining(" and "))
                    + (one ? " is missing" : " are missing");
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
        CommandSpec command = e.getCommandLine().getCommandSpec();
        if (e.isUnknownOption()) {
            String option = first.replaceFirst("=.*", "");
            if (command.userObject() instanceof OtherOptions other
                    && other.insteadOf(option).isPresent()) {
                return other.insteadOf(option).get();
            }
            return "There is no option " + first + suggestion(option, command);
        }
        if (command.parent() == null) {
            return "There is no command \"" + first + "\""
                    + Nearest.to(first, Tou.visibleCommands(command))
                            .map(near -> "; did you mean \"tou " + near + "\"?")
                            .orElse("");
        }
        for (ArgSpec argument : command.positionalParameters()) {
            if (typeOf(argument).isEnum()) { // one of many: picocli leaves over what it cannot convert
                return argument.paramLabel() + ": \"" + first + "\" is none of these: " + known(typeOf(argument));
            }
        }
        String tooMany = "\"" + first + "\" is one argument too many";
        return command.userObject() instanceof LooseWords loose
                ? tooMany
                        + loose.meantBy(first)
                                .map(meant -> "; did you mean \"" + meant + "\"?")
                                .orElse("")
                : tooMany;
    }

    /** What is meant, as far as one can tell: of a single letter only that in the other case, since any is near any other. */
    private static String suggestion(String option, CommandSpec command) {
        List<String> names = command.options().stream()
                .filter(each -> !each.hidden())
                .flatMap(each -> Arrays.stream(each.names()))
                .toList();
        if (!option.startsWith("--") && option.length() <= LONGEST_LETTER) {
            String letter = option.substring(0, Math.min(2, option.length()));
            return Nearest.meant(names.stream()
                    .filter(name -> name.equalsIgnoreCase(letter) && !name.equals(letter))
                    .findFirst());
        }
        String word = option.replaceFirst("^-+", "").toLowerCase(Locale.ROOT);
        List<String> words = names.stream()
                .filter(name -> name.startsWith("--"))
                .map(name -> name.substring(2))
                .toList();
        Optional<String> near = Nearest.to(word, words);
        if (near.isPresent()) {
            return Nearest.meant(near.map(name -> "--" + name));
        }
        List<String> habits = words.stream()
                .filter(name -> name.startsWith(NO))
                .map(name -> name.substring(NO.length()))
                .toList();
        return Nearest.to(word, habits)
                .map(habit -> "; that is done anyway, unless you say --" + NO + habit)
                .orElse("");
    }

    private static String reason(ParameterException e, ArgSpec argument) {
        Class<?> type = typeOf(argument);
        if (type.isEnum()) {
            return "\"" + e.getValue() + "\" is none of these: " + known(type);
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "\"" + e.getValue() + "\" is not a whole number, or too large";
        }
        return e.getCause() instanceof TypeConversionException cause ? cause.getMessage() : e.getMessage();
    }

    private static Class<?> typeOf(ArgSpec argument) {
        return argument.auxiliaryTypes().length > 0 ? argument.auxiliaryTypes()[0] : argument.type();
    }

    private static String known(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(value -> value.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /** What the user would type for it. */
    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }
}
