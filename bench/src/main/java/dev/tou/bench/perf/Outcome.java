// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.perf;

import java.util.Comparator;
import java.util.List;

/**
 * What a test has come to.
 *
 * @param streams what each end has counted of each stream, by number
 * @param localCpu share of one core that this process has used; NaN if unknown
 * @param remoteCpu share of one core that the other process has used; NaN if unknown
 * @param localCongestion the congestion control of this end, or null if that is not known
 * @param remoteCongestion that of the other end
 */
record Outcome(List<Both> streams, double localCpu, double remoteCpu, String localCongestion, String remoteCongestion) {

    /**
     * One stream, seen from both ends. A server knows nothing of the other.
     *
     * @param sentHere whether this end sends it
     * @param sent by the sending end, or null
     * @param received by the receiving end, or null
     */
    record Both(int stream, boolean sentHere, Span sent, Span received) {}

    /** {@return what one end knows alone} */
    static Outcome ofOneEnd(List<Span> counted, double cpu, String congestion) {
        List<Both> streams = counted.stream()
                .map(span -> new Both(
                        span.stream(), span.sender(), span.sender() ? span : null, span.sender() ? null : span))
                .sorted(Comparator.comparingInt(Both::stream))
                .toList();
        return new Outcome(streams, cpu, Double.NaN, congestion, null);
    }
}
