// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.script;

import java.time.Duration;
import java.util.function.Consumer;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What every script needs; and after every one, that nothing was overlooked and nothing is left. */
@ExtendWith(FinishOnSuccess.class)
abstract class ScriptedTest {

    static final int ISS = Script.ISS;
    static final int IRS = Script.IRS;

    final Script script = newScript();
    final ScriptedApp app = script.app();
    ScriptedPeer peer;

    Script newScript() {
        return new Script("10.0.0.1", "10.0.0.2");
    }

    static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    /** {@return a sequence number of the peer; says in a script whose number it is} */
    static int seq(int number) {
        return number;
    }

    // --- openings that are not what a test is about ---

    /** The engine listens, with default options. */
    void listens() {
        peer = script.listens(server -> {});
    }

    void listens(Consumer<ServerBootstrap> settings) {
        peer = script.listens(settings);
    }

    /** The engine has sent a SYN to the peer. */
    void connects() {
        connects(client -> {});
    }

    void connects(Consumer<Bootstrap> settings) {
        peer = script.connects(settings);
    }

    /** The peer has connected to the engine with the options of its SYN. The first bytes are ISS + 1 and IRS + 1. */
    void accepted(SegmentScript syn, Consumer<ServerBootstrap> settings) {
        listens(settings);
        peer.sends(syn);
        peer.expects(Segments.synAck(ISS, IRS + 1)).now();
        peer.sends(Segments.ack(ISS + 1));
        app.isActive();
    }

    /** The same, by a peer so far away. */
    void acceptedFrom(Duration distance, SegmentScript syn) {
        listens();
        peer.sends(syn);
        peer.expects(Segments.synAck(ISS, IRS + 1)).now();
        script.passes(distance);
        peer.sends(Segments.ack(ISS + 1));
        app.isActive();
    }

    /** An MSS of 1000 and nothing else, which makes plain numbers. */
    void accepted() {
        accepted(Segments.syn(IRS).mss(1000), server -> {});
    }

    void accepted(Consumer<ServerBootstrap> settings) {
        accepted(Segments.syn(IRS).mss(1000), settings);
    }

    /** The engine has connected to the peer, which answers its SYN with the options of {@code synAck}. */
    void connected(SegmentScript synAck, Consumer<Bootstrap> settings) {
        connects(settings);
        peer.expects(Segments.syn(ISS)).now();
        peer.sends(synAck);
        peer.expects(Segments.ack(IRS + 1).seq(ISS + 1)).now();
        app.isActive();
    }

    void connected() {
        connected(Segments.synAck(IRS, ISS + 1).mss(1000), client -> {});
    }

    @AfterEach
    void close() {
        script.close();
    }
}
