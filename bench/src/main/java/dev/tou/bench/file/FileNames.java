// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;

/**
 * Names and sentences that come from the network are untrusted: a name must stay in its folder, and neither may move the
 * cursor of the terminal that shows it.
 */
final class FileNames {

    /** What file systems allow, in UTF-8. */
    static final int MAX_BYTES = 255;

    private FileNames() {}

    /** {@return {@code name}, if it can be the name of one file in a folder} */
    static String requireSafe(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        boolean reserved = name.isEmpty() || name.equals(".") || name.equals("..");
        boolean temporary = name.startsWith(PartialFile.PREFIX) && name.endsWith(PartialFile.SUFFIX);
        boolean separator = name.indexOf('/') >= 0 || name.indexOf('\\') >= 0;
        if (reserved || temporary || separator || bytes > MAX_BYTES || !name.equals(printable(name))) {
            throw new Failure(
                    ExitCode.REFUSED,
                    "The file name \"" + printable(name) + "\" is not safe to write; send it under another --name.");
        }
        return name;
    }

    /** {@return {@code text} with everything that is not a visible character or a space replaced} */
    static String printable(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().limit(400).forEach(c -> safe.appendCodePoint(isPrintable(c) ? c : '?'));
        return safe.toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** {@return the text in {@code utf8}} */
    static String decode(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Failure(ExitCode.REFUSED, "The file name is not UTF-8; send it under another --name.", e);
        }
    }
}
