// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * The service that both sides know. Written by hand and with plain bytes as messages, so that the example needs no code
 * generator; what protoc generates works the same.
 */
final class Words {

    static final String SERVICE = "tou.examples.Words";

    /** One message in, the same out. */
    static final MethodDescriptor<byte[], byte[]> ECHO = method(MethodType.UNARY, "Echo");

    /** A text in, its words out, one message each. */
    static final MethodDescriptor<byte[], byte[]> SPLIT = method(MethodType.SERVER_STREAMING, "Split");

    private Words() {}

    static MethodDescriptor<byte[], byte[]> method(MethodType kind, String name) {
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
                .build();
    }

    private static void echo(byte[] message, StreamObserver<byte[]> reply) {
        reply.onNext(message);
        reply.onCompleted();
    }

    private static void split(byte[] message, StreamObserver<byte[]> reply) {
        for (String word : text(message).split(" ")) {
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
