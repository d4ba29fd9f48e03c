// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import dev.tou.bench.replay.Event.Source;

/** Follows a scenario, and has for each step a sentence, the section of its RFC, and the sequence variables after it. */
final class Narrator {

    private final SequenceSpaces spaces = new SequenceSpaces();

    /** A segment leaves. */
    Told departs(Source direction, WireSegment segment, Fate fate) {
        if (fate == Fate.REPEATED) {
            return Told.tcp("The wire passes on what it held back, or a copy of what has passed.", "3.4");
        }
        SequenceSpace sender = spaces.sender(direction, segment);
        String end = direction == Source.TO_SERVER ? Source.CLIENT.text() : Source.SERVER.text();
        Told told = new DepartureWords(end, sender, segment).told();
        spaces.departs(direction, segment);
        return switch (fate) {
            case LOST -> told.and("The wire loses it.");
            case HELD -> told.and("The wire holds it back.");
            default -> told;
        };
    }

    /** A segment arrives. */
    Told arrives(Source direction, WireSegment segment) {
        SequenceSpace receiver = spaces.receiver(direction, segment);
        ArrivalWords words = new ArrivalWords(receiver);
        spaces.arrives(direction, segment);
        return words.told(direction.text(), receiver, segment);
    }

    /** {@return the client's variables, of the connection that the segment belongs to} */
    SequenceSpace client(Source direction, WireSegment segment) {
        return direction == Source.TO_SERVER ? spaces.sender(direction, segment) : spaces.receiver(direction, segment);
    }

    /** {@return the server's, likewise} */
    SequenceSpace server(Source direction, WireSegment segment) {
        return direction == Source.TO_CLIENT ? spaces.sender(direction, segment) : spaces.receiver(direction, segment);
    }
}
