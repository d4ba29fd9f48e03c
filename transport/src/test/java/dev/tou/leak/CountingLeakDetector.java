// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.leak;

import io.netty.util.LeakPresenceDetector;

/** Counts all buffers of this Java machine. Netty makes it, by the name that the build passes in a system property. */
public final class CountingLeakDetector<T> extends LeakPresenceDetector<T> {

    static final ResourceScope SCOPE = new ResourceScope("tests");

    /** Called by Netty. */
    public CountingLeakDetector(Class<?> resourceType) {
        super(resourceType);
    }

    /** Called by Netty. */
    @SuppressWarnings("unused")
    public CountingLeakDetector(Class<?> resourceType, int samplingInterval) {
        super(resourceType);
    }

    /** Called by Netty. */
    @SuppressWarnings("unused")
    public CountingLeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
        super(resourceType);
    }

    @Override
    protected ResourceScope currentScope() {
        return SCOPE;
    }
}
