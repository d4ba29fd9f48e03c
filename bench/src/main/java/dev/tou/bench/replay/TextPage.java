// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.replay;

import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;

import dev.tou.bench.Console;
import dev.tou.bench.Units;
import dev.tou.bench.replay.Event.Source;
import dev.tou.state.TcpEvent;
import dev.tou.state.TcpState;

/**
 * A scenario as a person reads it: time goes down, the client is left, the server right, and between them is what is on the wire.
 */
final class TextPage implements Page {

    private static final String INDENT = "         ";
    private static final int STATE_WIDTH = 14;
    private static final int WIRE_WIDTH = 52;
    private static final int WIDEST = 96;
    private static final int NARROWEST = 40;

    /** Two columns of states and one of segments. */
    private static final int TABLE_WIDTH = INDENT.length() + STATE_WIDTH + WIRE_WIDTH + 12;

    private final Console console;
    private final int width;
    private final RelativeNumbers numbers = new RelativeNumbers();
    private final Map<Source, String> states = new EnumMap<>(Source.class);
    private boolean offstage;
    private boolean listening;
    private boolean timestamps;
    private boolean segmentsHidden;

    TextPage(Console console) {
        this.console = console;
        int columns = console.columns();
        width = columns == 0 ? WIDEST : Math.max(NARROWEST, Math.min(columns, WIDEST));
    }

    @Override
    public void begin(Card card, boolean realTime) {
        String name = "tou replay " + card.name();
        String title = "  " + card.section() + ": " + card.title();
        if (name.length() + title.length() <= width) {
            print(console.bold(name) + title);
        } else {
            print(console.bold(name));
            print(title);
        }
        if (card.shortened() != null && !realTime) {
            String shorter = "shorter than in reality: " + card.shortened() + "; --real-time has it all";
            for (String line : wrapped(shorter)) {
                print(console.dim("  " + line));
            }
        }
        print("");
        print(console.dim(
                narrow() ? row("time", "", "on the wire", "") : row("time", "client", "on the wire", "server")));
    }

    @Override
    public void offstage() {
        offstage = true;
    }

    @Override
    public void onstage() {
        offstage = false;
        listening = false;
        String client = states.getOrDefault(Source.CLIENT, "");
        String server = states.getOrDefault(Source.SERVER, "");
        print(console.cyan(row("", client, "", server)));
    }

    @Override
    public void absoluteNumbers() {
        numbers.absolute();
    }

    @Override
    public void showTimestamps() {
        timestamps = true;
    }

    @Override
    public void hideSegments() {
        segmentsHidden = true;
        say("The segments are not shown.");
    }

    @Override
    public void listens(Source end) {
        listening |= end == Source.SERVER;
    }

    /** Before the first thing that happens: who listens does so before anybody comes. */
    private void showListener() {
        if (listening && !offstage) {
            listening = false;
            print(console.cyan(row("", "", "", TcpState.LISTEN.toString())));
        }
    }

    @Override
    public void arrival(Event event) {
        // On this wire it is nearly the same moment.
    }

    @Override
    public void segment(Event event, Fate fate) {
        WireSegment segment = event.segment();
        numbers.note(event.source(), segment);
        if (segmentsHidden) {
            return;
        }
        showListener();
        String arrow = fate.arrow(event.source());
        String line = arrow + Units.format("  %-11s ", Flags.text(segment.flags())) + fields(event);
        print(row(time(event), "", line, ""));
        if (segment.has(Flags.SYN)) {
            String indent = INDENT + " ".repeat(narrow() ? 5 : STATE_WIDTH + 5);
            print(console.dim(indent + segment.options().offers()));
        }
    }

    private String fields(Event event) {
        WireSegment segment = event.segment();
        StringJoiner fields = new StringJoiner("  ");
        fields.add("seq " + numbers.seq(event.source(), segment));
        if (segment.has(Flags.ACK)) {
            fields.add("ack " + numbers.ack(event.source(), segment));
        }
        if (segment.text().length > 0) {
            fields.add("len " + segment.text().length);
        }
        fields.add("win " + segment.window());
        if (timestamps && event.source() == Source.TO_SERVER) {
            fields.add("ts " + segment.options().timestamp());
        }
        int[] edges = segment.options().sackBlocks();
        for (int i = 0; i < edges.length; i += 2) {
            fields.add("sack " + numbers.acknowledged(event.source(), segment, edges[i]) + "-"
                    + numbers.acknowledged(event.source(), segment, edges[i + 1]));
        }
        return fields.toString();
    }

    @Override
    public void state(Event event) {
        showListener();
        if (event.cause() == TcpEvent.PASSIVE_OPEN) {
            return; // the new connection's own LISTEN, which lasts no time: the listener's was told of
        }
        String state = event.state().toString();
        states.put(event.source(), state);
        boolean client = event.source() == Source.CLIENT;
        String text = row(time(event), client ? state : "", "", client ? "" : state);
        print(text.replace(state, console.cyan(state)));
    }

    @Override
    public void words(Event event) {
        showListener();
        String time = Units.format("%7s  ", time(event));
        for (String line : wrapped("the " + event.source().text() + "'s " + event.words())) {
            print(time + line);
            time = INDENT + "  ";
        }
    }

    @Override
    public void say(String sentence) {
        for (String line : wrapped(sentence)) {
            print(INDENT + console.dim("# " + line));
        }
    }

    @Override
    public void seen(Card card, String sentence) {
        print("");
        String mark = console.symbol("\u2714 ", "ok ");
        for (String line : wrapped(sentence)) {
            print("  " + console.green(mark) + line);
            mark = "  ";
        }
        rule(card);
    }

    @Override
    public void notSeen(Card card, String sentence) {
        offstage = false;
        print("");
        String mark = console.symbol("\u2718 ", "!! ");
        for (String line : wrapped(sentence)) {
            print("  " + console.red(mark) + line);
            mark = "  ";
        }
        rule(card);
    }

    private void rule(Card card) {
        String[] lines = card.rfc().length() + 4 <= width ? new String[] {card.rfc()} : wrapped(card.rfc());
        for (String line : lines) {
            print(console.dim("    " + line));
        }
    }

    private void print(String line) {
        if (!offstage) {
            console.say(line);
        }
    }

    private static String time(Event event) {
        return Units.format("%.3f", event.nanos() / 1e9);
    }

    /** Where the table has no room, states are told below each other, with their owner. */
    private boolean narrow() {
        return width < TABLE_WIDTH;
    }

    private String row(String time, String client, String wire, String server) {
        if (narrow()) {
            StringJoiner states = new StringJoiner(", ");
            if (!client.isEmpty()) {
                states.add("client " + client);
            }
            if (!server.isEmpty()) {
                states.add("server " + server);
            }
            return Units.format("%7s  ", time) + wire + states;
        }
        String pattern = "%7s  %-" + STATE_WIDTH + "s%-" + WIRE_WIDTH + "s%s";
        return Units.format(pattern, time, client, wire, server).stripTrailing();
    }

    private String[] wrapped(String sentence) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String word : sentence.split(" ")) {
            if (column > 0 && column + word.length() >= width - INDENT.length() - 2) {
                text.append('\n');
                column = 0;
            }
            text.append(column == 0 ? "" : " ").append(word);
            column += word.length() + 1;
        }
        return text.toString().split("\n");
    }
}
