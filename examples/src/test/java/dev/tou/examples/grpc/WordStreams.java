// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.grpc;

import java.util.Locale;
import java.util.StringJoiner;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** The two kinds of calls that the example does without: the ones in which the client streams. */
final class WordStreams {

    private static final String SERVICE = "tou.examples.WordStreams";

    /** Words in, one text out. */
    static final MethodDescriptor<byte[], byte[]> JOIN = method(MethodType.CLIENT_STREAMING, "Join");

    /** Words in, each back at once, in capitals. */
    static final MethodDescriptor<byte[], byte[]> SHOUT = method(MethodType.BIDI_STREAMING, "Shout");

    private WordStreams() {}

    private static MethodDescriptor<byte[], byte[]> method(MethodType kind, String name) {
        return Words.ECHO.toBuilder()
                .setType(kind)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .build();
    }

    static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(JOIN, ServerCalls.asyncClientStreamingCall(Joining::new))
                .addMethod(SHOUT, ServerCalls.asyncBidiStreamingCall(Shouting::new))
                .build();
    }

    private static final class Joining implements StreamObserver<byte[]> {

        private final StreamObserver<byte[]> reply;
        private final StringJoiner joined = new StringJoiner(" ");

        Joining(StreamObserver<byte[]> reply) {
            this.reply = reply;
        }

        @Override
        public void onNext(byte[] word) {
            joined.add(Words.text(word));
        }

        @Override
        public void onCompleted() {
            reply.onNext(Words.bytes(joined.toString()));
            reply.onCompleted();
        }

        @Override
        public void onError(Throwable gone) {
            // The client has cancelled: nobody waits for an answer.
        }
    }

    private static final class Shouting implements StreamObserver<byte[]> {

        private final StreamObserver<byte[]> reply;

        Shouting(StreamObserver<byte[]> reply) {
            this.reply = reply;
        }

        @Override
        public void onNext(byte[] word) {
            reply.onNext(Words.bytes(Words.text(word).toUpperCase(Locale.ROOT)));
        }

        @Override
        public void onCompleted() {
            reply.onCompleted();
        }

        @Override
        public void onError(Throwable gone) {
            // The client has cancelled: nobody waits for an answer.
        }
    }
}
