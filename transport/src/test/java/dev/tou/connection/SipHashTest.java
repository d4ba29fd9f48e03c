// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SipHashTest {

    /** The key 00 01 02 ... 0f and the message 00 01 02 ... of the reference, as little-endian words. */
    private static final long K0 = 0x0706050403020100L;

    private static final long K1 = 0x0f0e0d0c0b0a0908L;
    private static final long M0 = 0x0706050403020100L;
    private static final long M1 = 0x0f0e0d0c0b0a0908L;
    private static final long M2 = 0x1716151413121110L;
    private static final long M3 = 0x1f1e1d1c1b1a1918L;

    @Test
    void agreesWithTheReferenceVectorsForWholeWords() {
        SipHash hash = new SipHash(K0, K1);
        assertThat(hash.hash(M0)).isEqualTo(0x93f5f5799a932462L);
        assertThat(hash.hash(M0, M1)).isEqualTo(0x3f2acc7f57c29bdbL);
        assertThat(hash.hash(M0, M1, M2)).isEqualTo(0xb8ad50c6f649af94L);
        assertThat(hash.hash(M0, M1, M2, M3)).isEqualTo(0x7127512f72f27cceL);
    }

    /** The byte-wise definition below is itself held to the vectors, the one of the paper's appendix among them. */
    @Test
    void theDefinitionAgreesWithTheReferenceVectors() {
        long[] vectors = {
            0x726fdb47dd0e0e31L, 0x74f839c593dc67fdL, 0x0d6c8009d9a94f5aL, 0x85676696d7fb7e2dL,
            0xcf2794e0277187b7L, 0x18765564cd99a68dL, 0xcbc9466e58fee3ceL, 0xab0200f58b01d137L,
            0x93f5f5799a932462L, 0x9e0082df0ba9e4b0L, 0x7a5dbbc594ddb9f3L, 0xf4b32f46226bada7L,
            0x751e8fbc860ee5fbL, 0x14ea5627c0843d90L, 0xf723ca908e7af2eeL, 0xa129ca6149be45e5L
        };
        for (int length = 0; length < vectors.length; length++) {
            byte[] message = new byte[length];
            for (int i = 0; i < length; i++) {
                message[i] = (byte) i;
            }
            assertThat(definition(K0, K1, message)).isEqualTo(vectors[length]);
        }
    }

    @Test
    void agreesWithTheDefinitionForRandomKeysAndMessages() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("SipHashTest seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            long k0 = random.nextLong();
            long k1 = random.nextLong();
            long[] m = random.longs(4).toArray();
            SipHash hash = new SipHash(k0, k1);
            assertThat(hash.hash(m[0])).isEqualTo(definition(k0, k1, bytes(m, 1)));
            assertThat(hash.hash(m[0], m[1])).isEqualTo(definition(k0, k1, bytes(m, 2)));
            assertThat(hash.hash(m[0], m[1], m[2])).isEqualTo(definition(k0, k1, bytes(m, 3)));
            assertThat(hash.hash(m[0], m[1], m[2], m[3])).isEqualTo(definition(k0, k1, bytes(m, 4)));
        }
    }

    private static byte[] bytes(long[] words, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putLong(words[i]);
        }
        return bytes.array();
    }

    /** Section 2 of the paper, word for word. */
    private static long definition(long k0, long k1, byte[] message) {
        long[] v = {
            k0 ^ 0x736f6d6570736575L, k1 ^ 0x646f72616e646f6dL, k0 ^ 0x6c7967656e657261L, k1 ^ 0x7465646279746573L
        };
        byte[] padded = new byte[message.length / 8 * 8 + 8];
        System.arraycopy(message, 0, padded, 0, message.length);
        padded[padded.length - 1] = (byte) message.length;
        ByteBuffer words = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN);
        while (words.hasRemaining()) {
            long word = words.getLong();
            v[3] ^= word;
            sipRound(v);
            sipRound(v);
            v[0] ^= word;
        }
        v[2] ^= 0xff;
        for (int i = 0; i < 4; i++) {
            sipRound(v);
        }
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void sipRound(long[] v) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = Long.rotateLeft(v[1], 13);
        v[3] = Long.rotateLeft(v[3], 16);
        v[1] ^= v[0];
        v[3] ^= v[2];
        v[0] = Long.rotateLeft(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = Long.rotateLeft(v[1], 17);
        v[3] = Long.rotateLeft(v[3], 21);
        v[1] ^= v[2];
        v[3] ^= v[0];
        v[2] = Long.rotateLeft(v[2], 32);
    }
}
