// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/** Bytes that follow from a seed, so that either side can make them, and their SHA-256. */
final class Payload {

    static final int CHUNK = 64 * 1024;

    private final Random random;
    private final byte[] chunk = new byte[CHUNK];
    private long left;

    Payload(long seed, long bytes) {
        random = new Random(seed);
        left = bytes;
    }

    boolean hasNext() {
        return left > 0;
    }

    /** {@return how many bytes of {@link #chunk()} are the next, at most {@value #CHUNK}} */
    int next() {
        int size = (int) Math.min(CHUNK, left);
        random.nextBytes(chunk);
        left -= size;
        return size;
    }

    byte[] chunk() {
        return chunk;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** {@return the SHA-256 of the first bytes that the seed gives} */
    static String digest(long seed, long bytes) {
        MessageDigest digest = sha256();
        for (Payload payload = new Payload(seed, bytes); payload.hasNext(); ) {
            digest.update(payload.chunk(), 0, payload.next());
        }
        return hex(digest);
    }

    static String write(OutputStream out, long seed, long bytes) throws IOException {
        for (Payload payload = new Payload(seed, bytes); payload.hasNext(); ) {
            out.write(payload.chunk(), 0, payload.next());
        }
        return "written";
    }

    static String read(InputStream in, long bytes) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        for (long left = bytes; left > 0; ) {
            int read = in.read(chunk, 0, (int) Math.min(CHUNK, left));
            if (read < 0) {
                throw new EOFException("the end, " + left + " of " + bytes + " bytes too early");
            }
            digest.update(chunk, 0, read);
            left -= read;
        }
        return hex(digest);
    }
}
