// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import dev.tou.bench.Failure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FileNamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"report.pdf", ".profile", "naïve — file.txt", "文件", "a b", "...", "-rf", "emoji😀"})
    void ordinaryNamesStay(String name) {
        assertThat(FileNames.requireSafe(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x",
                "a/b",
                "/etc/passwd",
                "a\\b",
                "a\0b",
                "a\nb",
                "\033[31mred",
                "\u202Etxt.exe",
                "\u200Bhidden",
                "\uD800"
            })
    void namesThatLeaveTheFolderOrFoolTheEyeAreRefused(String name) {
        assertThatThrownBy(() -> FileNames.requireSafe(name))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("not safe")
                .hasMessageNotContaining("\033")
                .hasMessageNotContaining("\n");
    }

    @org.junit.jupiter.api.Test
    void theLimitIsInBytes() {
        assertThat(FileNames.requireSafe("é".repeat(127))).hasSize(127);
        assertThatThrownBy(() -> FileNames.requireSafe("é".repeat(128))).isInstanceOf(Failure.class);
    }
}
