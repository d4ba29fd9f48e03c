// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.segment;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ControlBitsTest {

    /** RFC 9293 section 3.1: CWR, ECE, URG, ACK, PSH, RST, SYN, FIN, from the highest bit of the octet to the lowest. */
    @Test
    void rfc9293Section3_1TheOrderOfTheHeader() {
        int[] fromTheHighest = {
            ControlBits.CWR, ControlBits.ECE, ControlBits.URG, ControlBits.ACK,
            ControlBits.PSH, ControlBits.RST, ControlBits.SYN, ControlBits.FIN
        };
        for (int i = 0; i < 8; i++) {
            assertThat(fromTheHighest[i]).isEqualTo(0x80 >> i);
        }
    }

    @Test
    void areWrittenByName() {
        assertThat(ControlBits.toString(0)).isEqualTo("none");
        assertThat(ControlBits.toString(ControlBits.SYN | ControlBits.ACK)).isEqualTo("SYN,ACK");
        assertThat(ControlBits.toString(0xFF)).isEqualTo("FIN,SYN,RST,PSH,ACK,URG,ECE,CWR");
        assertThat(ControlBits.toString(0x100)).isEqualTo("none");
    }
}
