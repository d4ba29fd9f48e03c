// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.plot;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A trace written by hand: a connection whose sequence numbers wrap after the SYN, with a loss, a timeout and a closed window. */
final class HandTrace {

    static final String HEAD = """
            {"schema":1,"tou":"trace","version":"0.1.0","began":"2026-01-31T12:00:00Z"}
            """;

    static final String CLIENT = HEAD + """
            {"e":"connection","c":1,"t":1000000,"local":"10.0.0.1:1000","remote":"10.0.0.2:2000","passive":false}
            {"e":"stateChanged","c":1,"t":1000000,"event":"ACTIVE_OPEN","from":"CLOSED","to":"SYN_SENT"}
            {"e":"sent","c":1,"t":1000000,"seq":4294967295,"textBytes":0,"segments":1,"controlBits":2}
            {"e":"received","c":1,"t":11000000,"seq":700,"textBytes":0,"segments":1,"controlBits":18,"ack":0}
            {"e":"roundTrip","c":1,"t":11000000,"sampleNanos":10000000,"srttNanos":10000000,"rttvarNanos":5000000,"rtoNanos":1000000000}
            {"e":"sendWindow","c":1,"t":11000000,"wndBytes":65535}
            {"e":"congestionWindow","c":1,"t":11000000,"cwndBytes":14480,"ssthreshBytes":null,"inFlightBytes":0,"cause":"INITIAL"}
            {"e":"limit","c":1,"t":11000000,"before":"IDLE","limit":"CONGESTION_WINDOW"}
            {"e":"sent","c":1,"t":12000000,"seq":0,"textBytes":3000,"segments":3,"controlBits":16}
            {"e":"received","c":1,"t":22000000,"seq":701,"textBytes":0,"segments":1,"controlBits":16,"ack":1000}
            {"e":"loss","c":1,"t":23000000,"seq":1000,"bytes":1000,"sign":"REORDERING_WINDOW"}
            {"e":"recoveryBegins","c":1,"t":23000000,"state":"RECOVERY","flightBytes":2000}
            {"e":"congestionWindow","c":1,"t":23000000,"cwndBytes":10136,"ssthreshBytes":10136,"inFlightBytes":1000,"cause":"RECOVERY"}
            {"e":"retransmitted","c":1,"t":23000000,"seq":1000,"textBytes":1000,"segments":1,"controlBits":16}
            {"e":"timeout","c":1,"t":123000000,"rtoNanos":100000000,"backoffs":1,"flightBytes":2000}
            {"e":"lossProbe","c":1,"t":124000000,"seq":2000,"bytes":1000}
            {"e":"received","c":1,"t":131000000,"seq":701,"textBytes":500,"segments":1,"controlBits":24,"ack":3000}
            {"e":"sendWindow","c":1,"t":131000000,"wndBytes":0}
            {"e":"recoveryEnds","c":1,"t":131000000}
            {"e":"limit","c":1,"t":131000000,"before":"CONGESTION_WINDOW","limit":"RECEIVE_WINDOW"}
            {"e":"undo","c":1,"t":131000000,"sign":"DSACK"}
            {"e":"receiveBuffer","c":1,"t":131000000,"capacityBytes":131072}
            {"e":"limit","c":1,"t":191000000,"before":"RECEIVE_WINDOW","limit":"IDLE"}
            {"e":"end","t":191000000,"events":22,"dropped":0}
            """;

    /** The other end of the same connection, through a relay that changed the address, traced from half a second earlier on. */
    static final String SERVER = """
            {"schema":1,"tou":"trace","version":"0.1.0","began":"2026-01-31T11:59:59.500Z"}
            {"e":"connection","c":7,"t":506000000,"local":"10.0.0.2:2000","remote":"10.0.0.9:3333","passive":true}
            {"e":"received","c":7,"t":506000000,"seq":4294967295,"textBytes":0,"segments":1,"controlBits":2,"ack":0}
            {"e":"sent","c":7,"t":506000000,"seq":700,"textBytes":0,"segments":1,"controlBits":18}
            {"e":"received","c":7,"t":517000000,"seq":0,"textBytes":1000,"segments":1,"controlBits":16,"ack":701}
            {"e":"received","c":7,"t":518000000,"seq":2000,"textBytes":1000,"segments":1,"controlBits":16,"ack":701}
            {"e":"received","c":7,"t":528000000,"seq":1000,"textBytes":1000,"segments":1,"controlBits":16,"ack":701}
            {"e":"received","c":7,"t":529000000,"seq":2000,"textBytes":1000,"segments":1,"controlBits":16,"ack":701}
            {"e":"sent","c":7,"t":530000000,"seq":701,"textBytes":500,"segments":1,"controlBits":24}
            {"e":"end","t":530000000,"events":7,"dropped":0}
            """;

    private HandTrace() {}

    static Trace read(String text) throws IOException {
        return TraceReader.read(
                Path.of("hand.jsonl"), new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), null);
    }

    static ConnectionTrace client() throws IOException {
        return read(CLIENT).connections().get(0);
    }
}
