// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.scenario;

/** One stream from client to server, from its first byte to its last. */
record Transfer(long bytes, BulkSource source, StreamSink sink, WireLedger ledger) {

    void check() {
        if (sink.received() != bytes || source.failure() != null || sink.failure() != null) {
            throw new AssertionError(
                    "received " + sink.received() + " of " + bytes + ", " + source.failure() + ", " + sink.failure());
        }
    }

    /** {@return from the first byte written to the last byte read} */
    double seconds() {
        return (sink.lastNanos() - source.startNanos()) / 1e9;
    }

    /** {@return bits of the stream per second, over the whole transfer} */
    double bitsPerSecond() {
        return bytes * 8 / seconds();
    }

    /** {@return bits of the stream per second between two moments} */
    double bitsPerSecond(long fromNanos, long toNanos) {
        return (sink.receivedBy(toNanos) - sink.receivedBy(fromNanos)) * 8e9 / (toNanos - fromNanos);
    }
}
