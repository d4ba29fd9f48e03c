// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import dev.tou.bench.Failures;
import dev.tou.bench.Nearest;

/**
 * Links by name, in the format that the head of {@code links.properties} explains: {@code lte.delay=30ms}, {@code
 * lte.up.rate=5mbit}.
 *
 * <p>That file is part of the program. What is wrong with a file is an {@link IllegalArgumentException} with a sentence
 * for the user, as soon as the file is read.
 */
public final class LinkFile {

    /** The names of the links that the program knows, for a shell to offer. */
    public static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return builtIn().links().stream().map(NamedLink::name).iterator();
        }
    }

    /** Properties in their order, each once. */
    private static final class InOrder extends Properties {
        private static final long serialVersionUID = 1L;
        private final transient Map<String, String> entries = new LinkedHashMap<>();

        @Override
        public synchronized Object put(Object key, Object value) {
            if (entries.put((String) key, ((String) value).strip()) != null) {
                throw new IllegalArgumentException("\"" + key + "\" is there twice");
            }
            return null;
        }
    }

    private final String source;
    private final Map<String, NamedLink> links = new LinkedHashMap<>();

    private LinkFile(String source, Map<String, String> entries) {
        this.source = source;
        entries.forEach((key, value) -> take(key, value, false));
        entries.forEach((key, value) -> take(key, value, true)); // what differs one way, after what is said of both
        links.values().forEach(link -> {
            link.toServer();
            link.toClient();
        });
    }

    private void take(String key, String value, boolean oneWay) {
        String[] parts = key.split("\\.");
        boolean up = parts.length == 2 || parts.length == 3 && parts[1].equals("up");
        boolean down = parts.length == 2 || parts.length == 3 && parts[1].equals("down");
        if (parts[0].isEmpty() || !up && !down) {
            throw new IllegalArgumentException(
                    "\"" + key + "\" is not NAME.FIGURE, NAME.up.FIGURE or NAME.down.FIGURE, like lte.up.rate");
        }
        if ((up && down) == oneWay) {
            return;
        }
        NamedLink link = links.computeIfAbsent(
                parts[0], name -> new NamedLink(name, "", new LinkedHashMap<>(), new LinkedHashMap<>()));
        String figure = parts[parts.length - 1];
        if (up && down && figure.equals("about")) {
            links.put(link.name(), new NamedLink(link.name(), value, link.up(), link.down()));
            return;
        }
        if (up) {
            link.up().put(figure, value);
        }
        if (down) {
            link.down().put(figure, value);
        }
    }

    /** {@return the links that the program knows} */
    public static LinkFile builtIn() {
        try (InputStream in = LinkFile.class.getResourceAsStream("links.properties")) {
            return read("tou", new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return the links of a file}
     *
     * @throws dev.tou.bench.Failure if it cannot be read
     */
    public static LinkFile read(Path file) {
        try (Reader in = Files.newBufferedReader(file)) {
            return read(file.toString(), in);
        } catch (IOException e) {
            throw Failures.reading(file, e);
        }
    }

    private static LinkFile read(String source, Reader in) throws IOException {
        InOrder properties = new InOrder();
        try {
            properties.load(in);
            return new LinkFile(source, properties.entries);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
        }
    }

    /** {@return the link that is asked for by {@code NAME}, or of another file by {@code FILE:NAME}} */
    public static NamedLink find(String asked) {
        int colon = asked.lastIndexOf(':');
        return colon < 0
                ? builtIn().get(asked)
                : read(Path.of(asked.substring(0, colon))).get(asked.substring(colon + 1));
    }

    /** {@return the link of this name} */
    public NamedLink get(String name) {
        NamedLink link = links.get(name);
        if (link == null) {
            String near = Nearest.question(name, links.keySet());
            throw new IllegalArgumentException(source + " knows no link \"" + name + "\""
                    + (near.isEmpty() ? "; it has " : near + " It has ") + String.join(", ", links.keySet()));
        }
        return link;
    }

    /** {@return all links, in the order of the file} */
    public List<NamedLink> links() {
        return new ArrayList<>(links.values());
    }
}
