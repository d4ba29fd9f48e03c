// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.util.random.RandomGenerator;

/**
 * Loss with or without memory: the Gilbert-Elliott chain of two states, of which Bernoulli loss is the case that never
 * leaves the good state.
 *
 * @param goodToBad probability, per datagram, to enter the bad state
 * @param badToGood probability, per datagram, to leave the bad state
 * @param lossInGood probability of loss in the good state
 * @param lossInBad probability of loss in the bad state
 */
public record LossModel(double goodToBad, double badToGood, double lossInGood, double lossInBad) {

    /** No loss. */
    public static final LossModel NONE = bernoulli(0);

    /** {@return independent loss} */
    public static LossModel bernoulli(double probability) {
        return new LossModel(0, 1, probability, probability);
    }

    /** {@return loss in bursts of {@code 1 / badToGood} datagrams on average} */
    public static LossModel bursts(double goodToBad, double badToGood) {
        return new LossModel(goodToBad, badToGood, 0, 1);
    }

    /**
     * {@return loss in bursts, and besides of each datagram by itself}
     *
     * @param share of all datagrams, lost in bursts
     * @param meanLength datagrams of a burst, 1 or more
     * @param lossBetween probability of loss between two bursts
     */
    public static LossModel bursts(double share, double meanLength, double lossBetween) {
        double badToGood = 1 / meanLength;
        return new LossModel(badToGood * share / (1 - share), badToGood, lossBetween, 1);
    }

    /** {@return the long-term rate of loss} */
    public double meanLoss() {
        double bad = goodToBad == 0 ? 0 : goodToBad / (goodToBad + badToGood);
        return bad * lossInBad + (1 - bad) * lossInGood;
    }

    /** {@return whether the next datagram finds the link in the bad state} */
    boolean nextIsBad(boolean bad, RandomGenerator random) {
        if (bad) {
            return !chance(badToGood, random);
        }
        return chance(goodToBad, random);
    }

    /** {@return whether a datagram is lost in this state} */
    boolean loses(boolean bad, RandomGenerator random) {
        return chance(bad ? lossInBad : lossInGood, random);
    }

    /** {@return true with this probability} Draws nothing for a probability of zero or one. */
    static boolean chance(double probability, RandomGenerator random) {
        return probability > 0 && (probability >= 1 || random.nextDouble() < probability);
    }
}
