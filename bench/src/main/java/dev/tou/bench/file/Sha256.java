// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import io.netty.buffer.ByteBuf;

/**
 * A finished SHA-256, compared and printed by value.
 *
 * @param hex 64 lower-case digits
 */
public record Sha256(String hex) {

    /** Length on the wire. */
    static final int BYTES = 32;

    /** {@return a digest to be fed} */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** {@return what {@code digest} has come to; it is reset} */
    public static Sha256 finish(MessageDigest digest) {
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    /** {@return what {@code digest} has come to so far; it can be fed on} */
    static Sha256 soFar(MessageDigest digest) {
        try {
            return finish((MessageDigest) digest.clone());
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("every Java platform can copy a SHA-256", e);
        }
    }

    static Sha256 read(ByteBuf in) {
        byte[] bytes = new byte[BYTES];
        in.readBytes(bytes);
        return new Sha256(HexFormat.of().formatHex(bytes));
    }

    void write(ByteBuf out) {
        out.writeBytes(HexFormat.of().parseHex(hex));
    }

    @Override
    public String toString() {
        return hex;
    }
}
