// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import dev.tou.bench.CommonOptions;
import dev.tou.bench.Console;
import dev.tou.bench.Units;

/** The links that have a name: what each stands for, and its figures as one would write them. */
final class ProfileTable {

    private ProfileTable() {}

    static void show(CommonOptions common, List<NamedLink> links) {
        links.forEach(link -> common.lines().emit("profile", link.fields()));
        if (common.json()) {
            return;
        }
        Console console = common.console();
        int width = links.stream().mapToInt(link -> link.name().length()).max().orElse(0) + 2;
        console.say("  " + console.bold("Links that have a name") + console.dim("  to the server | to the client"));
        for (NamedLink link : links) {
            console.say("");
            console.say("  " + console.bold(Units.format("%-" + width + "s", link.name())) + link.about());
            console.say(" ".repeat(2 + width) + console.dim(figures(link)));
        }
    }

    private static String figures(NamedLink link) {
        return Arrays.stream(LinkFigure.values())
                .filter(figure -> figure.key() != null && link.text(figure) != null)
                .map(figure -> figure.key() + " " + link.text(figure))
                .collect(Collectors.joining(", "));
    }
}
