// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CountDownLatch;

/** A file on a disk that takes its first bytes only when it is told to. */
final class HeldFile extends FileChannel {

    private final FileChannel file;
    private final CountDownLatch asked;
    private final CountDownLatch free;

    /**
     * @param asked counted down when bytes are to be written
     * @param free let them be written
     */
    HeldFile(FileChannel file, CountDownLatch asked, CountDownLatch free) {
        this.file = file;
        this.asked = asked;
        this.free = free;
    }

    private void hold() {
        asked.countDown();
        try {
            free.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        hold();
        return file.write(bytes);
    }

    @Override
    public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
        hold();
        return file.write(bytes, offset, length);
    }

    @Override
    public int write(ByteBuffer bytes, long at) throws IOException {
        hold();
        return file.write(bytes, at);
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
        return file.read(bytes);
    }

    @Override
    public long read(ByteBuffer[] bytes, int offset, int length) throws IOException {
        return file.read(bytes, offset, length);
    }

    @Override
    public int read(ByteBuffer bytes, long at) throws IOException {
        return file.read(bytes, at);
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public FileChannel position(long at) throws IOException {
        file.position(at);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public FileChannel truncate(long bytes) throws IOException {
        file.truncate(bytes);
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        file.force(metaData);
    }

    @Override
    public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
        return file.transferTo(at, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
        hold();
        return file.transferFrom(source, at, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long at, long bytes) throws IOException {
        return file.map(mode, at, bytes);
    }

    @Override
    public FileLock lock(long at, long bytes, boolean shared) throws IOException {
        return file.lock(at, bytes, shared);
    }

    @Override
    public FileLock tryLock(long at, long bytes, boolean shared) throws IOException {
        return file.tryLock(at, bytes, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }
}
