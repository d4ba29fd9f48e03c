// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.net.InetAddress;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** To ask for what an interface carries is dear, and a refused flight of datagrams would ask for each of them. */
class InterfaceMtuTest {

    private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

    private int carries = 1500;
    private int asked;

    private final InterfaceMtu mtu = new InterfaceMtu(
            local -> {
                assertThat(local).isEqualTo(LOCAL);
                asked++;
                return carries;
            },
            9000);

    @Test
    void isAskedOnceASecond() {
        long begin = Long.MAX_VALUE - 10;
        for (int i = 0; i < 1000; i++) {
            assertThat(mtu.bytes(LOCAL, begin + i)).isEqualTo(1500);
        }
        assertThat(asked).isEqualTo(1);
        carries = 1280;
        assertThat(mtu.bytes(LOCAL, begin + InterfaceMtu.BELIEVED_NANOS - 1)).isEqualTo(1500);
        assertThat(mtu.bytes(LOCAL, begin + InterfaceMtu.BELIEVED_NANOS)).isEqualTo(1280);
        assertThat(asked).isEqualTo(2);
    }

    // The first refusal shall find what has changed since.
    @Test
    void whatItWasAtOpenSaysNothingOfNow() {
        assertThat(mtu.bytesAtOpen()).isEqualTo(9000);
        assertThat(mtu.bytes(LOCAL, 0)).isEqualTo(1500);
    }
}
