// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import dev.tou.connection.ConnectionKey;
import dev.tou.timing.ConnectionTimer;
import dev.tou.timing.TcpTimer;
import dev.tou.timing.TimerWheel;

/**
 * The cookies that have made a connection, until they are too old to make another. A half-open connection is gone when it is
 * complete, but a cookie stays good: a late duplicate of the segment that brought it back would make a second connection once the
 * first has ended without TIME-WAIT, and what was asked for would be done twice.
 *
 * <p>56 bytes each, 68 with an IPv6 address, for a minute; beyond {@link #MOST} the oldest is forgotten. Of each name, the last one is known.
 */
final class SpentCookies extends ConnectionTimer {

    /** 4000 connections a second, 14 MiB. */
    static final int MOST = 1 << 18;

    /** So many are forgotten in one turn of the loop. */
    private static final int MOST_AT_ONCE = 1000;

    /** Records of names with two sequence numbers, which is what a cookie is as well. */
    private final TimeWaitTable table;

    SpentCookies(TimerWheel wheel) {
        super(wheel);
        table = new TimeWaitTable(MOST, SynCookies.MOST_LIFE_NANOS, EventLoopResources.tableHash());
    }

    /** A cookie has made a connection, whose first sequence numbers are these. */
    void add(ConnectionKey key, int peerFirst, int ourFirst, long nowNanos) {
        table.add(key, peerFirst, ourFirst, nowNanos);
        arm(TcpTimer.TIME_WAIT, table.nextDeadlineNanos());
    }

    /** {@return whether it has} */
    boolean contains(ConnectionKey key, int peerFirst, int ourFirst) {
        int record = table.find(key);
        return record >= 0 && table.rcvNxt(record) == peerFirst && table.sndNxt(record) == ourFirst;
    }

    /** The UDP channel is closed: the keys end with it. */
    void end() {
        disarmAll();
    }

    @Override
    protected void onExpiry(long nowNanos) {
        disarmAll();
        table.expire(nowNanos, MOST_AT_ONCE);
        if (table.size() > 0) {
            arm(TcpTimer.TIME_WAIT, table.nextDeadlineNanos());
        }
    }
}
