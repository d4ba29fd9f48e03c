// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * The service that both sides know, with a method of each of gRPC's four kinds. Written by hand and with plain bytes as
 * messages, so that the example needs no code generator; what protoc generates works the same.
 */
final class Words {

    private static final String SERVICE = "tou.examples.Words";

    /** One message in, the same out. */
    static final MethodDescriptor<byte[], byte[]> ECHO = method(MethodType.UNARY, "Echo");

    /** A text in, its words out, one message each. */
    static final MethodDescriptor<byte[], byte[]> SPLIT = method(MethodType.SERVER_STREAMING, "Split");

    /** Words in, one text out. */
    static final MethodDescriptor<byte[], byte[]> JOIN = method(MethodType.CLIENT_STREAMING, "Join");

    /** Words in, each back at once, in capitals. */
    static final MethodDescriptor<byte[], byte[]> SHOUT = method(MethodType.BIDI_STREAMING, "Shout");

    private Words() {}

    private static MethodDescriptor<byte[], byte[]> method(MethodType kind, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(kind)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    /** {@return the service as the server offers it} */
    static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(ECHO, ServerCalls.asyncUnaryCall(Words::echo))
                .addMethod(SPLIT, ServerCalls.asyncServerStreamingCall(Words::split))
                .addMethod(JOIN, ServerCalls.asyncClientStreamingCall(Joining::new))
                .addMethod(SHOUT, ServerCalls.asyncBidiStreamingCall(Shouting::new))
                .build();
    }

    private static void echo(byte[] message, StreamObserver<byte[]> reply) {
        reply.onNext(message);
        reply.onCompleted();
    }

    private static void split(byte[] message, StreamObserver<byte[]> reply) {
        List<String> words = List.of(text(message).split(" "));
        for (String word : words) {
            if (((ServerCallStreamObserver<byte[]>) reply).isCancelled()) {
                return;
            }
            reply.onNext(bytes(word));
        }
        reply.onCompleted();
    }

    static String text(byte[] message) {
        return new String(message, StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Joining implements StreamObserver<byte[]> {

        private final StreamObserver<byte[]> reply;
        private final StringBuilder joined = new StringBuilder();

        Joining(StreamObserver<byte[]> reply) {
            this.reply = reply;
        }

        @Override
        public void onNext(byte[] word) {
            joined.append(joined.isEmpty() ? "" : " ").append(text(word));
        }

        @Override
        public void onCompleted() {
            reply.onNext(bytes(joined.toString()));
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
            reply.onNext(bytes(text(word).toUpperCase(Locale.ROOT)));
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

    private static final class Bytes implements Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
