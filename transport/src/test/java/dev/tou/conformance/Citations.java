// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where comments cite the requirements of RFC 9293 by name, such as MUST-12. */
final class Citations {

    private static final Pattern ID = Pattern.compile("\\b(MUST|SHLD)-(\\d+)");
    private static final Pattern COMMENT = Pattern.compile("\\s*(//|/?\\*).*");
    private static final Pattern MEMBER_COMMENT = Pattern.compile(" {0,5}(//|/?\\*).*");
    private static final Pattern TEST_ANNOTATION = Pattern.compile("@(Parameterized|Repeated)?Test(Factory)?\\b.*");
    private static final Pattern METHOD = Pattern.compile("\\s*(?:public )?[\\w<>]+ (\\w+)\\(.*");
    private static final Pattern TEST_CLASS = Pattern.compile("\\s*(?:final )?class (\\w+).*");

    /**
     * A place that cites.
     *
     * @param path of the file, from the root of the sources
     * @param name of the class, and of the test if there is one
     */
    record Place(String path, String name) {}

    private final Path root;
    private final Map<String, List<Place>> places = new TreeMap<>();
    private final List<String> loose = new ArrayList<>();

    private Citations(Path root) {
        this.root = root;
    }

    /** {@return the files of the code whose comments cite} */
    static Citations ofCode(Path root) {
        Citations citations = new Citations(root);
        citations.eachFile(".java", (path, lines) -> {
            for (String line : lines) {
                if (line.contains("//") || line.strip().startsWith("*") || line.contains("/**")) {
                    citations.add(line, new Place(path, className(path)));
                }
            }
        });
        return citations;
    }

    /** {@return the tests with a comment above them that cites; comments within a test do not count} */
    static Citations ofTests(Path root) {
        Citations citations = new Citations(root);
        citations.eachFile("Test.java", (path, lines) -> {
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (!COMMENT.matcher(line).matches() || !ID.matcher(line).find()) {
                    continue;
                }
                String test = testBelow(lines, i);
                if (test != null) {
                    citations.add(line, new Place(path, nameOf(path, test)));
                } else if (MEMBER_COMMENT.matcher(line).matches()) {
                    citations.loose.add(path + ":" + (i + 1) + " " + line.strip());
                }
            }
        });
        return citations;
    }

    private interface Reader {
        void read(String path, List<String> lines);
    }

    private void eachFile(String end, Reader reader) {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> all =
                    files.filter(file -> file.toString().endsWith(end)).sorted().toList();
            for (Path file : all) {
                if (!file.toString().contains("conformance")) {
                    reader.read(root.relativize(file).toString().replace('\\', '/'), Files.readAllLines(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String line, Place place) {
        Matcher ids = ID.matcher(line);
        while (ids.find()) {
            List<Place> known = places.computeIfAbsent(ids.group(), any -> new ArrayList<>());
            if (!known.contains(place)) {
                known.add(place);
            }
        }
    }

    // The test method, or the class, that the comment stands above; null if there is none.
    private static String testBelow(List<String> lines, int comment) {
        boolean annotated = false;
        int open = 0;
        for (int i = comment + 1; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || COMMENT.matcher(line).matches()) {
                continue;
            }
            if (open > 0 || line.strip().startsWith("@")) {
                annotated |= TEST_ANNOTATION.matcher(line.strip()).matches();
                open += count(line, '(') - count(line, ')');
                continue;
            }
            Matcher method = METHOD.matcher(line);
            if (annotated && method.matches()) {
                return method.group(1);
            }
            Matcher type = TEST_CLASS.matcher(line);
            return type.matches() ? type.group(1) : null;
        }
        return null;
    }

    private static int count(String line, char what) {
        return (int) line.chars().filter(c -> c == what).count();
    }

    private static String className(String path) {
        return path.substring(path.lastIndexOf('/') + 1, path.length() - ".java".length());
    }

    private static String nameOf(String path, String test) {
        String type = className(path);
        return test.equals(type) ? type : type + '.' + test;
    }

    List<Place> of(String id) {
        return places.getOrDefault(id, List.of());
    }

    Set<String> ids() {
        return places.keySet();
    }

    /** {@return comments that cite and have no test below them} */
    List<String> loose() {
        return loose;
    }
}
