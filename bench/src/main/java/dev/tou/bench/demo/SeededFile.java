// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.SplittableRandom;

import dev.tou.bench.Failures;
import dev.tou.bench.file.Sha256;

/** Makes files that cannot be compressed and are the same for the same seed; digests any file. */
final class SeededFile {

    private static final int BLOCK_BYTES = 1 << 16;

    private SeededFile() {}

    static void write(Path file, long size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] block = new byte[BLOCK_BYTES];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = size; left > 0; left -= BLOCK_BYTES) {
                random.nextBytes(block);
                out.write(block, 0, (int) Math.min(left, BLOCK_BYTES));
            }
        } catch (IOException e) {
            throw Failures.writing(file, e);
        }
    }

    static Sha256 digest(Path file) {
        MessageDigest digest = Sha256.start();
        byte[] block = new byte[BLOCK_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                digest.update(block, 0, read);
            }
        } catch (IOException e) {
            throw Failures.reading(file, e);
        }
        return Sha256.finish(digest);
    }
}
