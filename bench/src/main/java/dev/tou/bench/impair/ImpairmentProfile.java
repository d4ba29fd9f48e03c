// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.tou.bench.Units;

/**
 * How bad one direction of a link is. Immutable; {@link #with(String)} gives a changed one.
 *
 * <p>The way of a datagram: MTU, queue and rate, loss, corruption, delay and jitter, reordering, duplication. What is lost
 * has taken its time on the link. Rate, queue and MTU count IP packets, with the headers of IP and UDP.
 *
 * <p>Loss in bursts is the chain of two states by Gilbert and Elliott: in the good state nothing is lost, in the bad one
 * everything is, and each datagram may change the state. It is written by what one sees of it, {@code 1%/8}: one in a
 * hundred is lost, eight in a row on average. Independent loss comes on top.
 */
public final class ImpairmentProfile {

    /** A link that changes nothing. */
    public static final ImpairmentProfile PERFECT = new ImpairmentProfile(
            Arrays.stream(LinkFigure.values()).mapToDouble(LinkFigure::usual).toArray());

    private final double[] values;

    private ImpairmentProfile(double[] values) {
        this.values = values;
    }

    /** {@return the profile that {@code text} describes} */
    public static ImpairmentProfile parse(String text) {
        return PERFECT.with(text);
    }

    /**
     * {@return this profile, except for what {@code text} says: {@code delay=5ms,loss=1%}}
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    public ImpairmentProfile with(String text) {
        ImpairmentProfile profile = this;
        if (text.isBlank() || text.strip().equals("perfect")) {
            return profile;
        }
        for (String part : text.split(",")) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "\"" + part.strip() + "\" is not NAME=VALUE; write a link like delay=5ms,loss=1%,rate=20mbit");
            }
            profile = profile.with(
                    part.substring(0, equals).strip(),
                    part.substring(equals + 1).strip());
        }
        return profile;
    }

    /** {@return this profile, except for these figures, by their names} */
    ImpairmentProfile with(Map<String, String> figures) {
        ImpairmentProfile profile = this;
        for (Map.Entry<String, String> figure : figures.entrySet()) {
            profile = profile.with(figure.getKey(), figure.getValue());
        }
        return profile;
    }

    private ImpairmentProfile with(String name, String value) {
        LinkFigure figure = LinkFigure.of(name);
        try {
            return figure == LinkFigure.BURST_LOSS ? withBursts(value) : with(figure, figure.parse(value));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private ImpairmentProfile withBursts(String value) {
        int slash = value.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("\"" + value
                    + "\" does not say how many are lost in a row; write it like 1%/8: mean loss, mean burst");
        }
        double share = LinkFigure.BURST_LOSS.parse(value.substring(0, slash).strip());
        double length = LinkFigure.BURST_LENGTH.parse(value.substring(slash + 1).strip());
        if (share > length / (length + 1)) {
            throw new IllegalArgumentException(
                    "\"" + value + "\" cannot be: with one datagram or more between two bursts, bursts of "
                            + Units.format("%.3g", length) + " lose " + Units.percent(length / (length + 1))
                            + " at most");
        }
        return with(LinkFigure.BURST_LOSS, share).with(LinkFigure.BURST_LENGTH, length);
    }

    ImpairmentProfile with(LinkFigure figure, double value) {
        double[] changed = values.clone();
        changed[figure.ordinal()] = value;
        return new ImpairmentProfile(changed);
    }

    double get(LinkFigure figure) {
        return values[figure.ordinal()];
    }

    /** {@return from one end to the other, at least} */
    public Duration delay() {
        return Duration.ofNanos((long) get(LinkFigure.DELAY));
    }

    /** {@return how much longer it takes at most; jitter does not reorder} */
    public Duration jitter() {
        return Duration.ofNanos((long) get(LinkFigure.JITTER));
    }

    /** {@return the share that is lost, each datagram by itself} */
    public double loss() {
        return get(LinkFigure.LOSS);
    }

    /** {@return the share that is lost in bursts} */
    public double burstLoss() {
        return get(LinkFigure.BURST_LOSS);
    }

    /** {@return how many a burst takes on average} */
    public double burstLength() {
        return get(LinkFigure.BURST_LENGTH);
    }

    /** {@return with what probability a datagram enters the bad state} */
    double goodToBad() {
        return burstLoss() == 0 ? 0 : badToGood() * burstLoss() / (1 - burstLoss());
    }

    /** {@return with what probability a datagram leaves the bad state} */
    double badToGood() {
        return 1 / burstLength();
    }

    /** {@return the share that is held back, so that later ones can overtake it} */
    public double reorder() {
        return get(LinkFigure.REORDER);
    }

    /** {@return how long a held one waits at most} */
    public Duration reorderBy() {
        return Duration.ofNanos((long) get(LinkFigure.REORDER_BY));
    }

    /** {@return the share that arrives twice} */
    public double duplicate() {
        return get(LinkFigure.DUPLICATE);
    }

    /** {@return the share that is damaged, and dropped by the checksum of UDP} */
    public double corrupt() {
        return get(LinkFigure.CORRUPT);
    }

    /** {@return the share that arrives with one bit flipped, where no checksum sees it} */
    public double corruptUndetected() {
        return get(LinkFigure.CORRUPT_UNDETECTED);
    }

    /** {@return what the link carries; 0 for no limit} */
    public long rateBitsPerSecond() {
        return (long) get(LinkFigure.RATE);
    }

    /** {@return what may wait for a link with a rate before the tail is dropped} */
    public long queueBytes() {
        return (long) get(LinkFigure.QUEUE);
    }

    /** {@return the largest IP packet that fits the link; 0 for no limit} */
    public int mtuBytes() {
        return (int) get(LinkFigure.MTU);
    }

    /** {@return the profile in words: {@code 5 ms, 1% lost, 1% reordered}} */
    public String describe() {
        List<String> parts = new ArrayList<>();
        if (!delay().isZero() || !jitter().isZero()) {
            String spread = jitter().isZero()
                    ? ""
                    : " to " + Units.nanos(delay().plus(jitter()).toNanos());
            parts.add(Units.nanos(delay().toNanos()) + spread);
        }
        addShare(parts, loss(), "lost");
        addShare(
                parts,
                burstLoss(),
                "lost in bursts of " + Units.format("%.3g", burstLength()).replaceFirst("\\.0*$", ""));
        addShare(parts, corrupt(), "corrupted");
        addShare(parts, corruptUndetected(), "damaged unseen");
        addShare(parts, reorder(), "reordered");
        addShare(parts, duplicate(), "duplicated");
        if (rateBitsPerSecond() > 0) {
            parts.add(Units.bitsPerSecond(rateBitsPerSecond()));
            parts.add("queue " + Units.bytes(queueBytes()));
        }
        if (mtuBytes() > 0) {
            parts.add("MTU " + mtuBytes());
        }
        return parts.isEmpty() ? "perfect" : String.join(", ", parts);
    }

    private static void addShare(List<String> parts, double share, String what) {
        if (share > 0) {
            parts.add(Units.percent(share) + " " + what);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImpairmentProfile profile && Arrays.equals(values, profile.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return describe();
    }
}
