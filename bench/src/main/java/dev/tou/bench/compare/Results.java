// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import dev.tou.bench.Units;

/** All rounds of one workload, by transport, and the order in which they were run. */
final class Results {

    /** What a round of {@link Workload#CONNECT} calls its complete cycles. */
    static final String CYCLES = "cycles";

    /** A failed connection costs its client a pause, and so the rate; a few say something about the machine only. */
    static final int MOST_FAILED_PERCENT = 1;

    private final Workload workload;
    private final Map<String, List<Round>> rounds = new LinkedHashMap<>();
    private final List<List<String>> orders = new ArrayList<>();

    Results(Workload workload) {
        this.workload = workload;
    }

    /** Adds the next round of {@code transport}; to be called in the order in which they were run. */
    void add(String transport, Round round) {
        List<Round> own = rounds.computeIfAbsent(transport, name -> new ArrayList<>());
        own.add(round);
        if (orders.size() < own.size()) {
            orders.add(new ArrayList<>());
        }
        orders.get(own.size() - 1).add(transport);
    }

    /** {@return for each round, the transports in the order in which they were run} */
    List<List<String>> orders() {
        return orders;
    }

    Workload workload() {
        return workload;
    }

    /** {@return the names of the transports that were run} */
    List<String> transports() {
        return List.copyOf(rounds.keySet());
    }

    List<Round> rounds(String transport) {
        return rounds.get(transport);
    }

    private List<Double> values(String transport) {
        return rounds.get(transport).stream().map(Round::value).toList();
    }

    /** {@return the spread of the rounds} */
    Spread spread(String transport) {
        return Spread.of(values(transport));
    }

    /** {@return the spread of the ratios to kernel TCP, round by round; null without kernel TCP} */
    Spread ratios(String transport) {
        return rounds.containsKey(Contenders.BASELINE)
                ? Spread.ofRatios(values(transport), values(Contenders.BASELINE))
                : null;
    }

    /** {@return the best round, the one that was disturbed least if others on the machine only take from a figure} */
    double best(String transport) {
        Spread spread = spread(transport);
        return workload.moreIsBetter() ? spread.max() : spread.min();
    }

    /** {@return the ratio of the best round to kernel TCP's best, whichever rounds these are; null without kernel TCP} */
    Double ratioOfBests(String transport) {
        return rounds.containsKey(Contenders.BASELINE) ? best(transport) / best(Contenders.BASELINE) : null;
    }

    /** {@return the median of a detail over the rounds, or null if the workload has no such detail} */
    Double detail(String transport, String name) {
        List<Double> figures = rounds.get(transport).stream()
                .map(round -> round.details().get(name))
                .filter(Objects::nonNull)
                .toList();
        return figures.isEmpty() ? null : Spread.of(figures).median();
    }

    /**
     * {@return the transports whose figures cannot be trusted, and why: a round did nothing, the connection of a workload
     * that has but one was lost, or more than {@value #MOST_FAILED_PERCENT} % of all connections of a transport failed}
     */
    Map<String, String> doubts() {
        Map<String, String> doubts = new LinkedHashMap<>();
        for (String transport : rounds.keySet()) {
            String doubt = doubt(transport);
            if (doubt != null) {
                doubts.put(transport, doubt);
            }
        }
        return doubts;
    }

    private String doubt(String transport) {
        if (rounds(transport).stream().anyMatch(round -> !(round.value() > 0))) {
            return "nothing was done in a round";
        }
        long failed = failed(transport);
        if (workload != Workload.CONNECT) {
            return failed == 0 ? null : "its connection was lost";
        }
        double share = failed / (failed + done(transport));
        return failed == 0 || share <= MOST_FAILED_PERCENT / 100.0
                ? null
                : Units.percent(share) + " of its connections failed, more than " + MOST_FAILED_PERCENT + "%";
    }

    private double done(String transport) {
        return rounds(transport).stream()
                .mapToDouble(round -> round.details().getOrDefault(CYCLES, 0.0))
                .sum();
    }

    /** {@return whether all figures can be trusted} */
    boolean valid() {
        return doubts().isEmpty();
    }

    /** {@return how much went wrong in all rounds} */
    long failed(String transport) {
        return failures(transport).values().stream().mapToLong(Long::longValue).sum();
    }

    /** {@return what went wrong in all rounds, and how often} */
    Map<String, Long> failures(String transport) {
        Map<String, Long> sum = new TreeMap<>();
        for (Round round : rounds.get(transport)) {
            round.failures().forEach((what, count) -> sum.merge(what, count, Long::sum));
        }
        return sum;
    }
}
