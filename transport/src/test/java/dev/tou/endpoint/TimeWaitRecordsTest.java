// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.connection.AddressWords;
import dev.tou.connection.ConnectionKey;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TimeWaitRecordsTest {

    private static final int SAME_HASH = -1;

    @Test
    void tellsNamesOfTheSameHashApart() {
        long[] ports = {
            ConnectionKey.packPorts(0, 0, 0),
            ConnectionKey.packPorts(65_535, 0, 0),
            ConnectionKey.packPorts(0, 65_535, 0),
            ConnectionKey.packPorts(0, 0, 65_535)
        };
        TimeWaitRecords ipv4 = new TimeWaitRecords(1);
        for (long each : ports) {
            assertEntered(ipv4, 0, AddressWords.ofIpv4(0), each);
            assertEntered(ipv4, 0, AddressWords.ofIpv4(1 << 31), each);
        }
        TimeWaitRecords ipv6 = new TimeWaitRecords(4);
        for (long each : ports) {
            assertEntered(ipv6, 0, 0, each);
            assertEntered(ipv6, 0, 1, each);
            assertEntered(ipv6, 0, 1L << 32, each);
            assertEntered(ipv6, 1, 0, each);
            assertEntered(ipv6, 1L << 32, 0, each);
        }
    }

    private static void assertEntered(TimeWaitRecords records, long hi, long lo, long ports) {
        assertThat(records.find(SAME_HASH, hi, lo, ports)).isEqualTo(TimeWaitRecords.NONE);
        int record = records.add(SAME_HASH, hi, lo, ports);
        records.setFlags(record, 0xffff);
        assertThat(records.find(SAME_HASH, hi, lo, ports)).isEqualTo(record);
        assertThat(records.find(~SAME_HASH, hi, lo, ports)).isEqualTo(TimeWaitRecords.NONE);
    }

    @Test
    void flagsAndPortDoNotTouchEachOther() {
        TimeWaitRecords records = new TimeWaitRecords(1);
        long ports = ConnectionKey.packPorts(1, 2, 0xfedc);
        int record = records.add(SAME_HASH, 0, AddressWords.ofIpv4(1), ports);
        assertThat(records.flags(record)).isZero();
        records.setFlags(record, 3);
        records.setFlags(record, 2);
        assertThat(records.flags(record)).isEqualTo(2);
        assertThat(records.find(SAME_HASH, 0, AddressWords.ofIpv4(1), ports)).isEqualTo(record);
    }

    @Test
    void givesEverythingBackWhenTheLastRecordGoes() {
        TimeWaitRecords records = new TimeWaitRecords(4);
        long emptyBytes = records.footprintBytes();
        for (int n = 0; n < 1000; n++) {
            records.add(n, n, n, n);
        }
        assertThat(records.footprintBytes()).isGreaterThan(60_000);
        for (int n = 0; n < 1000; n++) {
            records.remove(records.oldest());
        }
        assertThat(records.footprintBytes()).isEqualTo(emptyBytes);
    }

    /** Counts what is looked at. */
    private static final class CountingRecords extends TimeWaitRecords {
        private int looks;

        CountingRecords() {
            super(1);
        }

        @Override
        int get(int record, int field) {
            looks++;
            return super.get(record, field);
        }

        int takeLooks() {
            int taken = looks;
            looks = 0;
            return taken;
        }
    }

    private static int hash(int n) {
        return (int) (n * 0x9E3779B97F4A7C15L >>> 32);
    }

    private static final int MOST_LOOKS = 100;

    /** Growing, looking up, restarting, ending: none of it is a matter of how many records there are. */
    @Test
    @Tag("full")
    void noStepOfAMillionRecordsWalksAll() {
        walkNone(1_000_000);
    }

    @Test
    void noStepWalksAll() {
        walkNone(30_000);
    }

    private static void walkNone(int count) {
        CountingRecords records = new CountingRecords();
        int most = 0;
        for (int n = 0; n < count; n++) {
            records.add(hash(n), 0, AddressWords.ofIpv4(n), 7);
            most = Math.max(most, records.takeLooks());
        }
        assertThat(most).as("to add one").isLessThan(MOST_LOOKS);
        most = 0;
        for (int n = 0; n < count; n++) {
            int record = records.find(hash(n), 0, AddressWords.ofIpv4(n), 7);
            assertThat(record).isNotNegative();
            most = Math.max(most, records.takeLooks());
        }
        assertThat(most).as("to find one").isLessThan(MOST_LOOKS);
        most = 0;
        for (int n = 0; n < count; n += 3) {
            records.moveToEnd(records.find(hash(n), 0, AddressWords.ofIpv4(n), 7));
            most = Math.max(most, records.takeLooks());
        }
        assertThat(most).as("to restart one").isLessThan(MOST_LOOKS);
        most = 0;
        for (int n = 0; n < count; n++) {
            records.remove(records.oldest());
            most = Math.max(most, records.takeLooks());
        }
        assertThat(most).as("to end one").isLessThan(MOST_LOOKS);
        assertThat(records.size()).isZero();
    }
}
