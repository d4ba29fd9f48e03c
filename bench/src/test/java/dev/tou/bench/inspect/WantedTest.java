// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.util.List;
import java.util.Set;

import dev.tou.bench.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WantedTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1:7000, 192.0.2.1, 7000",
        ":7000, '', 7000",
        "*:7000, '', 7000",
        "192.0.2.1, 192.0.2.1, 0",
        "2001:db8::1, 2001:db8:0:0:0:0:0:1, 0",
        "[2001:db8::1], 2001:db8:0:0:0:0:0:1, 0",
        "[2001:db8::1]:80, 2001:db8:0:0:0:0:0:1, 80",
        "'', '', 0"
    })
    void addressAndPort(String filter, String address, int port) {
        Wanted wanted = Wanted.parse(filter, Set.of(), 1);
        assertThat(wanted).returns(address, Wanted::address).returns(port, Wanted::port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:0", "a:65536", "a:b", ":-1"})
    void noPort(String filter) {
        assertThatThrownBy(() -> Wanted.parse(filter, Set.of(), 1)).isInstanceOf(Failure.class);
    }

    @Test
    void statesByTheirNamesInSsAndInTheRfc() {
        assertThat(Wanted.states(List.of("estab", "SYN-RECV", "close_wait", "Established")))
                .containsExactly("ESTABLISHED", "SYN-RECEIVED", "CLOSE-WAIT");
        assertThatThrownBy(() -> Wanted.states(List.of("open"))).hasMessageContaining("syn-sent");
    }
}
