// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;

/** A region of bytes that are in no file, for tests that say what it does when it is asked for some. */
abstract class TestRegion extends AbstractReferenceCounted implements FileRegion {

    private final long count;
    private long transferred;

    TestRegion(long count) {
        this.count = count;
    }

    /** Writes some bytes from {@code position} on. {@return how many} */
    abstract int writeTo(WritableByteChannel target, long position) throws IOException;

    @Override
    public final long transferTo(WritableByteChannel target, long position) throws IOException {
        int written = writeTo(target, position);
        transferred += written;
        return written;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
        return transferred;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    protected void deallocate() {}

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }
}
