// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** {@code docs/OPTIONS.md} and the code agree: which options there are, on what, their names, defaults and ranges. */
class OptionsDocumentTest {

    private static final Path DOCUMENT = Path.of("../docs/OPTIONS.md");
    private static final Pattern RANGE = Pattern.compile("(\\d+)(?:, for [^,]+,)? to (\\d+)( .*)?");

    private record Row(String name, List<String> aliases, String on, String defaults, String range) {

        boolean isOn(String kind) {
            return on.contains(kind);
        }
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("| `")) {
                List<String> cells =
                        Arrays.stream(line.split("\\|")).map(String::strip).toList();
                List<String> aliases = Arrays.stream(cells.get(2).split("[`, ]+"))
                        .filter(alias -> !alias.isEmpty())
                        .toList();
                rows.add(new Row(cells.get(1).replace("`", ""), aliases, cells.get(3), cells.get(4), cells.get(5)));
            }
        }
        assertThat(rows).hasSizeGreaterThan(40);
        return rows;
    }

    private static String shortName(ChannelOption<?> option) {
        return option.name().substring(option.name().lastIndexOf('#') + 1);
    }

    private static Set<String> names(Channel channel) {
        return channel.config().getOptions().keySet().stream()
                .map(OptionsDocumentTest::shortName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static ChannelOption<Object> option(Channel channel, String name) {
        return channel.config().getOptions().keySet().stream()
                .filter(option -> shortName(option).equals(name))
                .map(OptionsDocumentTest::ofObjects)
                .findAny()
                .orElseThrow(() -> new AssertionError("no option " + name));
    }

    @SuppressWarnings("unchecked")
    private static ChannelOption<Object> ofObjects(ChannelOption<?> option) {
        return (ChannelOption<Object>) option;
    }

    private static Channel channelOf(Row row) {
        return row.isOn("C") ? new TouSocketChannel() : new TouServerSocketChannel();
    }

    @Test
    void everyOptionHasItsRow() throws IOException {
        assertThat(rows().stream().filter(row -> row.isOn("C")).map(Row::name))
                .containsExactlyInAnyOrderElementsOf(names(new TouSocketChannel()));
        assertThat(rows().stream().filter(row -> row.isOn("S")).map(Row::name))
                .containsExactlyInAnyOrderElementsOf(names(new TouServerSocketChannel()));
    }

    @Test
    void aliasesMeanTheirOptions() throws IOException {
        for (Row row : rows()) {
            Channel channel = channelOf(row);
            for (String alias : row.aliases()) {
                assertThat(OptionNames.meaningOf(ChannelOption.valueOf("some.Class#" + alias)))
                        .as(alias)
                        .isSameAs(option(channel, row.name()));
            }
        }
    }

    @Test
    void defaults() throws IOException {
        for (Row row : rows()) {
            String value = String.valueOf(channelOf(row).config().getOption(option(channelOf(row), row.name())));
            if (row.defaults().matches("-?\\d+|true|false") && !row.name().equals("SO_SNDBUF")) {
                assertThat(value).as(row.name()).isEqualTo(row.defaults());
            }
        }
    }

    /** The ends of a range can be set, what is beyond them cannot. */
    @Test
    void ranges() throws IOException {
        int ranges = 0;
        for (Row row : rows()) {
            Matcher range = RANGE.matcher(row.range());
            if (range.matches()) {
                ranges++;
                checkRange(row, Long.parseLong(range.group(1)), Long.parseLong(range.group(2)));
            }
        }
        assertThat(ranges).isGreaterThan(20);
    }

    private static void checkRange(Row row, long least, long most) {
        Channel channel = channelOf(row);
        ChannelOption<Object> option = option(channel, row.name());
        boolean isLong = channel.config().getOption(option) instanceof Long;
        for (long value : new long[] {least, most}) {
            Object boxed = isLong ? (Object) value : (Object) (int) value;
            assertThat(channel.config().setOption(option, boxed)).as(row.name()).isTrue();
        }
        for (long value : new long[] {least - 1, most + 1}) {
            if (isLong || value == (int) value) {
                Object boxed = isLong ? (Object) value : (Object) (int) value;
                assertThat(catchThrowable(() -> channel.config().setOption(option, boxed)))
                        .as("%s = %s", row.name(), value)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }
}
