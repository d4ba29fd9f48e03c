// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The sources stay readable: short methods, short files, nothing left for later. */
class TidyTest {

    private static final Path MAIN = Path.of("src/main/java");
    private static final Path TEST = Path.of("src/test/java");
    private static final String LICENSE = "// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0";
    private static final int MOST_LINES_OF_A_METHOD = 60;
    private static final int MOST_LINES_OF_A_FILE = 450;

    /** Files that are longer than they should be, and what they may not exceed. The list may only shrink. */
    private static final Map<String, Integer> LONG_FILES = Map.of("TouSocketChannel.java", 550);

    @Test
    void noMethodIsLong() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> tooLong = new ArrayList<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(sources(MAIN)));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                unit.accept(new LongMethods(unit, positions, tooLong), null);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    private static final class LongMethods extends TreeScanner<Void, Void> {

        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> found;

        LongMethods(CompilationUnitTree unit, SourcePositions positions, List<String> found) {
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            long lines =
                    line(positions.getEndPosition(unit, method)) - line(positions.getStartPosition(unit, method)) + 1;
            if (lines > MOST_LINES_OF_A_METHOD) {
                found.add(unit.getSourceFile().getName() + ' ' + method.getName() + ": " + lines);
            }
            return super.visitMethod(method, nothing);
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }

    @Test
    void noFileIsLong() {
        Map<String, Integer> tooLong = new TreeMap<>();
        for (Path source : sources(MAIN)) {
            String name = source.getFileName().toString();
            int lines = lines(source).size();
            if (lines > LONG_FILES.getOrDefault(name, MOST_LINES_OF_A_FILE)) {
                tooLong.put(source.toString(), lines);
            }
            assertThat(LONG_FILES.containsKey(name) && lines <= MOST_LINES_OF_A_FILE)
                    .as("%s is short now: take it off the list", name)
                    .isFalse();
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void everyFileSaysItsLicense() {
        assertThat(allSources()).allSatisfy(source -> assertThat(lines(source)).startsWith(LICENSE));
    }

    @Test
    void nothingIsLeftForLater() {
        assertThat(allSources())
                .filteredOn(source -> !source.endsWith("TidyTest.java"))
                .allSatisfy(source ->
                        assertThat(lines(source)).noneMatch(line -> line.matches(".*\\b(TODO|FIXME|XXX|HACK)\\b.*")));
    }

    @Test
    void everyPackageSaysItsIdea() {
        List<Path> folders = sources(MAIN).stream()
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !folder.equals(MAIN))
                .toList();
        assertThat(folders)
                .isNotEmpty()
                .allSatisfy(folder ->
                        assertThat(folder.resolve("package-info.java")).exists());
    }

    private static List<Path> allSources() {
        List<Path> all = new ArrayList<>(sources(MAIN));
        all.addAll(sources(TEST));
        assertThat(all).hasSizeGreaterThan(100);
        return all;
    }

    private static List<Path> sources(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> path.toString().endsWith(".java")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path source) {
        try {
            return Files.readAllLines(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
