// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.impair;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A link of a link file.
 *
 * @param name how it is asked for
 * @param about what it stands for, in a few words; may be empty
 * @param up the figures of the way to the server, as they are written, by the names of {@link LinkFigure}
 * @param down the same of the way to the clients
 */
public record NamedLink(String name, String about, Map<String, String> up, Map<String, String> down) {

    /** {@return the way to the server} */
    public ImpairmentProfile toServer() {
        return read(up);
    }

    /** {@return the way to the clients} */
    public ImpairmentProfile toClient() {
        return read(down);
    }

    /** {@return why {@code tc netem} cannot make it, as half a sentence, or null if it can} */
    public String lackedByNetem() {
        try {
            Netem.arguments(toServer());
            Netem.arguments(toClient());
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private ImpairmentProfile read(Map<String, String> figures) {
        try {
            return ImpairmentProfile.PERFECT.with(figures);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    /** {@return how a figure is written, both ways where they differ, or null if nothing is said of it} */
    String text(LinkFigure figure) {
        String toServer = up.get(figure.key());
        String toClient = down.get(figure.key());
        if (toServer == null && toClient == null) {
            return null;
        }
        return toServer != null && toServer.equals(toClient)
                ? toServer
                : (toServer == null ? "-" : toServer) + " | " + (toClient == null ? "-" : toClient);
    }

    /** {@return all figures as they are written, each way} */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", name);
        fields.put("about", about);
        fields.put("toServer", up);
        fields.put("toClient", down);
        return fields;
    }
}
