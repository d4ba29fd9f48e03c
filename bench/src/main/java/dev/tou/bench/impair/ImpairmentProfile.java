// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.tou.bench.Units;

/**
 * How bad one direction of a link is. Written like {@code delay=5ms,loss=1%,rate=20mbit}; what is left out is perfect.
 *
 * @param delay time from one end to the other
 * @param jitter each datagram takes up to this much longer; it never overtakes because of it
 * @param loss share that is lost
 * @param reorder share that is held back, so that later ones can overtake it
 * @param reorderBy how long a held one waits at most
 * @param duplicate share that arrives twice
 * @param rateBitsPerSecond what the link carries, counting UDP payload; 0 for no limit
 * @param queueBytes what may wait for a link with a rate before the tail is dropped
 * @param mtuBytes the largest IP packet that fits the link; 0 for no limit
 */
public record ImpairmentProfile(
        Duration delay,
        Duration jitter,
        double loss,
        double reorder,
        Duration reorderBy,
        double duplicate,
        long rateBitsPerSecond,
        long queueBytes,
        int mtuBytes) {

    private static final Set<String> NAMES =
            Set.of("delay", "jitter", "loss", "reorder", "reorder-by", "duplicate", "rate", "queue", "mtu");

    /** The least MTU of a link, RFC 791 section 3.2: what every IPv4 host can send without fragments. */
    private static final int LEAST_MTU_BYTES = 68;

    private static final int MOST_MTU_BYTES = 65_535;

    /** A link that changes nothing. */
    public static final ImpairmentProfile PERFECT =
            new ImpairmentProfile(Duration.ZERO, Duration.ZERO, 0, 0, Duration.ofMillis(2), 0, 0, 256 << 10, 0);

    /** {@return the profile that {@code text} describes} */
    public static ImpairmentProfile parse(String text) {
        return PERFECT.with(text);
    }

    /** {@return this profile, except for what {@code text} says} */
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
            profile = profile.set(
                    part.substring(0, equals).strip(),
                    part.substring(equals + 1).strip());
        }
        return profile;
    }

    private ImpairmentProfile set(String name, String value) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("A link has no \"" + name
                    + "\"; it has delay, jitter, loss, reorder, reorder-by, duplicate, rate, queue and mtu");
        }
        try {
            return with(name, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private ImpairmentProfile with(String name, String value) {
        return switch (name) {
            case "delay" -> withDelay(Units.parseDuration(value));
            case "jitter" -> withJitter(Units.parseDuration(value));
            case "loss" -> withLoss(Units.parseFraction(value));
            case "reorder" -> withReorder(Units.parseFraction(value), reorderBy);
            case "reorder-by" -> withReorder(reorder, Units.parseDuration(value));
            case "duplicate" -> withDuplicate(Units.parseFraction(value));
            case "rate" -> withRate(Units.parseRate(value), queueBytes);
            case "queue" -> withRate(rateBitsPerSecond, Units.parseSize(value));
            case "mtu" -> withMtu(Units.parseSize(value));
            default -> throw new IllegalArgumentException("\"" + name + "\" is nothing that a link has");
        };
    }

    public ImpairmentProfile withDelay(Duration value) {
        return new ImpairmentProfile(
                value, jitter, loss, reorder, reorderBy, duplicate, rateBitsPerSecond, queueBytes, mtuBytes);
    }

    public ImpairmentProfile withJitter(Duration value) {
        return new ImpairmentProfile(
                delay, value, loss, reorder, reorderBy, duplicate, rateBitsPerSecond, queueBytes, mtuBytes);
    }

    public ImpairmentProfile withLoss(double share) {
        return new ImpairmentProfile(
                delay, jitter, share, reorder, reorderBy, duplicate, rateBitsPerSecond, queueBytes, mtuBytes);
    }

    public ImpairmentProfile withReorder(double share, Duration by) {
        return new ImpairmentProfile(
                delay, jitter, loss, share, by, duplicate, rateBitsPerSecond, queueBytes, mtuBytes);
    }

    public ImpairmentProfile withDuplicate(double share) {
        return new ImpairmentProfile(
                delay, jitter, loss, reorder, reorderBy, share, rateBitsPerSecond, queueBytes, mtuBytes);
    }

    public ImpairmentProfile withRate(long bitsPerSecond, long queue) {
        return new ImpairmentProfile(
                delay, jitter, loss, reorder, reorderBy, duplicate, bitsPerSecond, queue, mtuBytes);
    }

    public ImpairmentProfile withMtu(long bytes) {
        if (bytes < LEAST_MTU_BYTES || bytes > MOST_MTU_BYTES) {
            throw new IllegalArgumentException(
                    "\"" + bytes + "\" is not an MTU; give bytes from " + LEAST_MTU_BYTES + " to " + MOST_MTU_BYTES);
        }
        return new ImpairmentProfile(
                delay, jitter, loss, reorder, reorderBy, duplicate, rateBitsPerSecond, queueBytes, (int) bytes);
    }

    /** {@return the profile in words: {@code 5 ms, 1% lost, 1% reordered}} */
    public String describe() {
        List<String> parts = new ArrayList<>();
        if (!delay.isZero() || !jitter.isZero()) {
            String spread = jitter.isZero()
                    ? ""
                    : " to " + Units.nanos(delay.plus(jitter).toNanos());
            parts.add(Units.nanos(delay.toNanos()) + spread);
        }
        addShare(parts, loss, "lost");
        addShare(parts, reorder, "reordered");
        addShare(parts, duplicate, "duplicated");
        if (rateBitsPerSecond > 0) {
            parts.add(Units.bitsPerSecond(rateBitsPerSecond));
        }
        if (mtuBytes > 0) {
            parts.add("MTU " + mtuBytes);
        }
        return parts.isEmpty() ? "perfect" : String.join(", ", parts);
    }

    private static void addShare(List<String> parts, double share, String what) {
        if (share > 0) {
            parts.add(Units.percent(share) + " " + what);
        }
    }
}
