// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.tou.state.TcpState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OutOfOrderHoldersTest {

    private final OutOfOrderHolders holders = new OutOfOrderHolders();
    private final List<Holdings> all = Stream.generate(() -> TestConnection.in(TcpState.ESTABLISHED, false).holdings)
            .limit(4)
            .toList();

    private List<Integer> takeAll() {
        List<Integer> taken = new ArrayList<>();
        for (Holdings oldest = holders.oldest(); oldest != null; oldest = holders.oldest()) {
            holders.remove(oldest);
            taken.add(all.indexOf(oldest));
        }
        return taken;
    }

    @Test
    void theFirstToJoinIsTheOldest() {
        all.forEach(holders::add);
        assertThat(takeAll()).containsExactly(0, 1, 2, 3);
        assertThat(holders.oldest()).isNull();
    }

    @Test
    void anyoneMayLeaveAndJoinAgain() {
        all.forEach(holders::add);
        holders.remove(all.get(1));
        holders.remove(all.get(0));
        holders.remove(all.get(3));
        holders.add(all.get(0));
        assertThat(takeAll()).containsExactly(2, 0);
        holders.add(all.get(1));
        assertThat(takeAll()).containsExactly(1);
    }
}
