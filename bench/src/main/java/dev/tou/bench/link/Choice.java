// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.link;

import java.util.List;
import java.util.Locale;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What a user asks for by one word.
 *
 * @param parts in the order in which they are measured
 */
record Choice(List<Part> parts) {

    /** Takes the name of a part, or {@code all}, in any case. */
    static final class Converter implements ITypeConverter<Choice> {

        @Override
        public Choice convert(String word) {
            String name = word.toUpperCase(Locale.ROOT);
            if (name.equals("ALL")) {
                return new Choice(List.of(Part.values()));
            }
            for (Part part : Part.values()) {
                if (part.name().equals(name)) {
                    return new Choice(List.of(part));
                }
            }
            throw new TypeConversionException(
                    "expected goodput, fairness, rpc, overflow, reordering or all, but was '" + word + "'");
        }
    }
}
