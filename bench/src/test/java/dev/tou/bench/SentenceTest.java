// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SentenceTest {

    @ParameterizedTest
    @CsvSource({"It broke, It broke.", "It broke., It broke.", "Is it one?, Is it one?"})
    void endsOnce(String text, String sentence) {
        assertThat(Sentence.ended(text)).isEqualTo(sentence);
    }

    @ParameterizedTest
    @CsvSource({
        "It broke, It broke; is it up?",
        "It broke., It broke. Is it up?",
        "Has it ended?, Has it ended? Is it up?"
    })
    void asksBehindWhatHasEndedOrNot(String text, String sentence) {
        assertThat(Sentence.thenAsk(text, "is it up?")).isEqualTo(sentence);
    }
}
