// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.retransmission;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The retransmission queue against a plain list of objects: random sends, departures, acknowledgments, SACK blocks (some of
 * which end inside a segment), losses and timeouts around the wraps of the sequence number and of the
 * running number. All sums are counted anew after every
 * step.
 */
class RetransmissionQueueOracleTest {

    private static final int ROUNDS = 200;
    private static final int STEPS = 500;

    @Test
    void agreesWithAList() {
        long base = Long.getLong("tou.seed", new Random().nextLong());
        for (int round = 0; round < ROUNDS; round++) {
            long seed = base + round;
            try {
                new Oracle(seed).run();
            } catch (Throwable failure) {
                throw new AssertionError("-Dtou.seed=" + seed, failure);
            }
        }
        System.out.println("RetransmissionQueueOracleTest: -Dtou.seed=" + base + ", " + ROUNDS + " rounds");
    }

    private static final class Entry {
        int number;
        int from;
        int length;
        long sentNanos;
        int transmissions = 1;
        boolean held = true;
        boolean sacked;
        boolean lost;
        boolean certain;

        int end() {
            return from + length;
        }
    }

    private static final class Oracle {

        private final Random random;
        private final RetransmissionQueue queue;
        private final Acknowledged acknowledged = new Acknowledged();
        private final List<Entry> list = new ArrayList<>();
        private final int origin;
        private final int largest;
        private final int crowd;
        private int una;
        private int nxt;
        private int number;
        private long now = -1000;
        private int highestSacked = Integer.MIN_VALUE;

        Oracle(long seed) {
            random = new Random(seed);
            origin = (random.nextBoolean() ? 0 : Integer.MIN_VALUE) - random.nextInt(1 << 16);
            largest = 1 + random.nextInt(1500);
            crowd = 1 + random.nextInt(200);
            number = (random.nextBoolean() ? 0 : Integer.MIN_VALUE) - random.nextInt(1000);
            queue = new RetransmissionQueue(number);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                now += random.nextInt(1000);
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> send();
                    case 3, 4 -> leave();
                    case 5 -> acknowledge();
                    case 6, 7 -> sack();
                    case 8 -> lose();
                    default -> {
                        int dice = random.nextInt(20);
                        if (dice < 2) {
                            timeout();
                        } else if (dice == 2) {
                            takeBack();
                        } else {
                            resend();
                        }
                    }
                }
                check();
            }
        }

        private void send() {
            for (int i = random.nextInt(20); i > 0 && list.size() < crowd; i--) {
                Entry entry = new Entry();
                entry.from = nxt;
                entry.length = 1 + random.nextInt(largest);
                entry.sentNanos = now;
                entry.number = number++;
                nxt += entry.length;
                list.add(entry);
                assertThat(queue.append(origin + entry.from, entry.length, now)).isEqualTo(entry.number);
            }
        }

        /** A few datagrams in a row have left, of which some may be acknowledged or not be there any more. */
        private void leave() {
            int first = number - random.nextInt(list.size() + 5);
            int count = random.nextInt(6);
            boolean success = random.nextInt(5) > 0;
            queue.left(first, count, success, now);
            for (Entry entry : list) {
                if (entry.number - first >= 0 && entry.number - first < count) {
                    entry.held = false;
                    entry.sentNanos = now;
                    entry.lost |= !success && !entry.sacked;
                    entry.certain |= !success && entry.lost;
                }
            }
        }

        private void acknowledge() {
            int ack = una + random.nextInt(nxt - una + 1);
            if (random.nextInt(10) == 0) {
                ack = nxt;
            } else if (random.nextBoolean() && !list.isEmpty()) {
                ack = list.get(random.nextInt(list.size())).end();
            }
            int bytes = ack - una;
            int segments = 0;
            long rtt = -1;
            boolean ambiguous = false;
            una = ack;
            while (!list.isEmpty() && list.get(0).from < una) {
                Entry first = list.get(0);
                segments++;
                ambiguous |= first.transmissions > 1;
                if (first.end() > una) {
                    first.length = first.end() - una;
                    first.from = una;
                    break;
                }
                if (!first.held && !first.sacked) {
                    rtt = now - first.sentNanos;
                }
                list.remove(0);
            }
            if (list.isEmpty()) {
                highestSacked = Integer.MIN_VALUE;
            }
            acknowledged.begin(now, 0);
            queue.acknowledge(origin + ack, now, acknowledged);
            assertThat(acknowledged.bytes()).isEqualTo(bytes);
            assertThat(acknowledged.segments()).isEqualTo(segments);
            assertThat(acknowledged.rttNanos()).as("round trip").isEqualTo(ambiguous ? -1 : rtt);
        }

        private void sack() {
            if (list.isEmpty()) {
                assertThat(queue.sack(origin + una, origin + una + 10, acknowledged))
                        .isZero();
                return;
            }
            int a = list.get(random.nextInt(list.size())).from;
            int b = list.get(random.nextInt(list.size())).end();
            if (random.nextInt(4) == 0) {
                a += random.nextInt(largest) - largest / 2;
            }
            if (random.nextInt(4) == 0) {
                b += random.nextInt(largest) - largest / 2;
            }
            int expected = 0;
            if (a >= una && b <= nxt && a < b) {
                for (Entry entry : list) {
                    if (!entry.sacked && entry.from >= a && entry.end() <= b) {
                        entry.sacked = true;
                        entry.lost = false;
                        entry.certain = false;
                        expected += entry.length;
                        highestSacked = Math.max(highestSacked, entry.end());
                    }
                }
            }
            assertThat(queue.sack(origin + a, origin + b, acknowledged))
                    .as("newly reported by [%s, %s)", a, b)
                    .isEqualTo(expected);
        }

        private void lose() {
            if (!list.isEmpty()) {
                Entry entry = list.get(random.nextInt(list.size()));
                assertThat(queue.markLost(entry.number)).isEqualTo(!entry.sacked && !entry.lost);
                entry.lost |= !entry.sacked;
            }
        }

        /** It was no loss, save of what never left. */
        private void takeBack() {
            list.forEach(entry -> entry.lost = entry.certain);
            queue.unmarkLost();
        }

        private void timeout() {
            boolean reneged = !list.isEmpty() && list.get(0).sacked;
            for (Entry entry : list) {
                entry.sacked &= !reneged;
                entry.lost |= !entry.sacked && !entry.held;
            }
            highestSacked = reneged ? Integer.MIN_VALUE : highestSacked;
            queue.markAllLost();
        }

        private void resend() {
            Entry oldest = list.stream()
                    .filter(entry -> entry.lost && !entry.held)
                    .findFirst()
                    .orElse(null);
            assertThat(queue.seekLost()).isEqualTo(oldest != null);
            if (oldest != null) {
                assertThat(queue.lostEntry()).isEqualTo(oldest.number);
                queue.resent(oldest.number, now);
                oldest.lost = false;
                oldest.certain = false;
                oldest.held = true;
                oldest.sentNanos = now;
                oldest.transmissions++;
            }
        }

        /** What RACK looks at first of what was sent once, or more often. */
        private Entry onThePath(boolean resent, Comparator<Entry> order) {
            return list.stream()
                    .filter(entry -> !entry.sacked && !entry.lost && entry.transmissions > 1 == resent)
                    .min(order)
                    .orElse(null);
        }

        private void check() {
            int sacked = 0;
            int lost = 0;
            assertThat(queue.size()).isEqualTo(list.size());
            assertThat(queue.isEmpty()).isEqualTo(list.isEmpty());
            assertThat(queue.first()).isEqualTo(number - list.size());
            assertThat(queue.end()).isEqualTo(number);
            for (Entry entry : list) {
                sacked += entry.sacked ? entry.length : 0;
                lost += entry.lost ? entry.length : 0;
                assertThat(queue.seq(entry.number)).isEqualTo(origin + entry.from);
                assertThat(queue.length(entry.number)).isEqualTo(entry.length);
                assertThat(queue.isSacked(entry.number)).isEqualTo(entry.sacked);
                assertThat(queue.isLost(entry.number)).isEqualTo(entry.lost);
                assertThat(queue.isHeld(entry.number)).isEqualTo(entry.held);
                assertThat(queue.isRetransmitted(entry.number)).isEqualTo(entry.transmissions > 1);
                assertThat(queue.sentNanos(entry.number)).isEqualTo(entry.sentNanos);
            }
            assertThat(queue.outstandingBytes()).isEqualTo(nxt - una);
            assertThat(queue.sackedBytes()).isEqualTo(sacked);
            assertThat(queue.lostBytes()).isEqualTo(lost);
            assertThat(queue.pipeBytes()).isEqualTo(nxt - una - sacked - lost);
            Entry original = onThePath(false, Comparator.comparingInt(entry -> entry.from));
            assertThat(queue.firstOriginal()).isEqualTo(original == null ? queue.end() : original.number);
            Entry resent = onThePath(true, Comparator.comparingLong(entry -> entry.sentNanos));
            assertThat(queue.firstResent() == queue.end()).isEqualTo(resent == null);
            if (resent != null) {
                Entry found = list.get(queue.firstResent() - queue.first());
                assertThat(found.transmissions > 1 && !found.sacked && !found.lost)
                        .isTrue();
                assertThat(found.sentNanos).isEqualTo(resent.sentNanos);
            }
            if (sacked > 0) {
                assertThat(queue.highestSacked()).isEqualTo(origin + highestSacked);
            }
        }
    }
}
