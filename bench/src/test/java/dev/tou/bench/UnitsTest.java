// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({"4096,4096", "1k,1024", "32MiB,33554432", "10MB,10000000", "1.5KiB,1536", "2 GiB,2147483648", "0,0"})
    void readsSizes(String text, long bytes) {
        assertThat(Units.parseSize(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"5ms,5000000", "200us,200000", "1.5s,1500000000", "2m,120000000000", "0ms,0"})
    void readsDurations(String text, long nanos) {
        assertThat(Units.parseDuration(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @CsvSource({"20mbit,20000000", "500kbit,500000", "1gbit,1000000000", "1.5Mbit,1500000"})
    void readsRates(String text, long bits) {
        assertThat(Units.parseRate(text)).isEqualTo(bits);
    }

    @ParameterizedTest
    @CsvSource({"1%,0.01", "0.5%,0.005", "0.25,0.25", "100%,1", "0,0"})
    void readsShares(String text, double share) {
        assertThat(Units.parseFraction(text)).isCloseTo(share, org.assertj.core.data.Offset.offset(1e-12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ms", "-1", "1x", "1,5", "5 %%", "NaN", "0x10"})
    void saysHowToWriteWhatItCannotRead(String text) {
        assertThatThrownBy(() -> Units.parseSize(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("write it like");
        assertThatThrownBy(() -> Units.parseFraction(text)).hasMessageContaining("write it like");
    }

    @Test
    void refusesMoreThanEverything() {
        assertThatThrownBy(() -> Units.parseFraction("101%")).hasMessageContaining("more than 100%");
    }

    @Test
    void writesQuantitiesForPeople() {
        assertThat(Units.bytes(999)).isEqualTo("999 B");
        assertThat(Units.bytes(33554432)).isEqualTo("32.0 MiB");
        assertThat(Units.bitsPerSecond(42.8e6)).isEqualTo("42.8 Mbit/s");
        assertThat(Units.nanos(850_000)).isEqualTo("850 us");
        assertThat(Units.nanos(10_400_000)).isEqualTo("10.4 ms");
        assertThat(Units.nanos(6.21e9)).isEqualTo("6.21 s");
        assertThat(Units.clock(7)).isEqualTo("0:07");
        assertThat(Units.clock(10931)).isEqualTo("3:02:11");
        assertThat(Units.percent(0.001)).isEqualTo("0.1%");
        assertThat(Units.percent(1)).isEqualTo("100%");
        assertThat(Units.grouped(33554432)).isEqualTo("33 554 432");
        assertThat(Units.counted(0, "entry", "entries")).isEqualTo("0 entries");
        assertThat(Units.counted(1, "segment")).isEqualTo("1 segment");
        assertThat(Units.counted(1002, "segment")).isEqualTo("1 002 segments");
        assertThat(Units.counted(1, "entry", "entries")).isEqualTo("1 entry");
        assertThat(Units.counted(33554, "entry", "entries")).isEqualTo("33 554 entries");
    }

    @Test
    void figuresHaveThreeDigits() {
        assertThat(Units.figure(0.1234)).isEqualTo("0.12");
        assertThat(Units.figure(9.876)).isEqualTo("9.88");
        assertThat(Units.figure(98.76)).isEqualTo("98.8");
        assertThat(Units.figure(98765.4)).isEqualTo("98 765");
    }
}
