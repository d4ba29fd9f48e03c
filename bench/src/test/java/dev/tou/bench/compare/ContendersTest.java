// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.ArrayList;
import java.util.List;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ContendersTest {

    private static final Settings NIO = new Settings(Transports.Io.NIO, 1500, 4 << 20);

    private final List<String> absent = new ArrayList<>();

    private List<Contender> named(String... names) {
        return Contenders.named(List.of(names), NIO, absent::add);
    }

    @Test
    void keepTheirOrder() {
        assertThat(named("tou-65535", "tcp", "tou"))
                .extracting(Contender::name)
                .containsExactly("tou-65535", "tcp", "tou");
        assertThat(absent).isEmpty();
    }

    @Test
    void tellTheirPathMtu() {
        assertThat(named("tou").get(0).describe())
                .contains("path MTU from 1500 up")
                .contains("SO_RCVBUF 4194304");
        assertThat(named("tou-9000").get(0).describe()).contains("path MTU 9000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tou-", "tou-65536", "tou-1279", "tou-x", "quic-1500", "tcp-1500", ""})
    void whatIsNotOne(String name) {
        assertThatThrownBy(() -> named(name))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exit()).isEqualTo(ExitCode.USAGE));
    }

    @Test
    void onceIsEnough() {
        assertThatThrownBy(() -> named("tcp", "tou", "tcp"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("\"tcp\" is named twice");
    }

    @Test
    void whatDoesNotWorkHereIsToldAndLeftOut() {
        assertThat(named("tcp", "tcp-nosuchalgorithm"))
                .extracting(Contender::name)
                .containsExactly("tcp");
        assertThat(absent)
                .singleElement()
                .asString()
                .startsWith("tcp-nosuchalgorithm: not available here (the kernel has no");
    }
}
