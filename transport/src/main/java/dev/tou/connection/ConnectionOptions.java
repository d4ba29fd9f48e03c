// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.CongestionControllers;
import dev.tou.telemetry.TransportListenerFactory;
import dev.tou.window.PathMtu;
import dev.tou.window.SmallSegments;

/**
 * What an application can choose for a connection. Written through the channel's configuration by any thread, read on the
 * event loop; what concerns the handshake is read when it begins.
 *
 * <p>A connection that a listener accepts starts with a copy of the listener's options.
 */
public final class ConnectionOptions {

    /** The packet size up to which we accept segments where it is not known what the interface carries. */
    public static final int ACCEPTED_PATH_MTU = 1500;

    private volatile boolean noDelay = true;
    private volatile boolean cork;
    private volatile boolean quickAck;
    private volatile long unsentLowWaterBytes;
    private volatile boolean keepAlive;
    private volatile int keepIdleSeconds = 7200;
    private volatile int keepIntervalSeconds = 75;
    private volatile int keepCount = 9;
    private volatile int natKeepAliveSeconds;
    private volatile int sendBufferBytes;
    private volatile int receiveBufferBytes;
    private volatile boolean windowScaling = true;
    private volatile boolean timestamps = true;
    private volatile boolean sack = true;
    private volatile int pathMtu = PathMtu.BASE_BYTES;
    private volatile boolean pathMtuDiscovery = true;
    private volatile int synRetries = 6;
    private volatile int synAckRetries = 5;
    private volatile int retriesBeforeReport = 3;
    private volatile int retries = 15;
    private volatile int userTimeoutMillis;
    private volatile int mslSeconds = 30;
    private volatile int maxTimeWait = 262_144;
    private volatile boolean timeWaitReuse = true;
    private volatile int finWait2Seconds = 60;
    private volatile int maxOrphans = 8192;
    private volatile int delayedAckMillis = 40;
    private volatile CongestionControllerFactory congestionController = CongestionControllers.CUBIC;
    private volatile TransportListenerFactory transportListener = TransportListenerFactory.NONE;

    /** The defaults. */
    public ConnectionOptions() {}

    /** {@return an independent copy} */
    public ConnectionOptions copy() {
        ConnectionOptions copy = new ConnectionOptions();
        copy.noDelay = noDelay;
        copy.cork = cork;
        copy.quickAck = quickAck;
        copy.unsentLowWaterBytes = unsentLowWaterBytes;
        copy.keepAlive = keepAlive;
        copy.keepIdleSeconds = keepIdleSeconds;
        copy.keepIntervalSeconds = keepIntervalSeconds;
        copy.keepCount = keepCount;
        copy.natKeepAliveSeconds = natKeepAliveSeconds;
        copy.sendBufferBytes = sendBufferBytes;
        copy.receiveBufferBytes = receiveBufferBytes;
        copy.windowScaling = windowScaling;
        copy.timestamps = timestamps;
        copy.sack = sack;
        copy.pathMtu = pathMtu;
        copy.pathMtuDiscovery = pathMtuDiscovery;
        copy.synRetries = synRetries;
        copy.synAckRetries = synAckRetries;
        copy.retriesBeforeReport = retriesBeforeReport;
        copy.retries = retries;
        copy.userTimeoutMillis = userTimeoutMillis;
        copy.mslSeconds = mslSeconds;
        copy.maxTimeWait = maxTimeWait;
        copy.timeWaitReuse = timeWaitReuse;
        copy.finWait2Seconds = finWait2Seconds;
        copy.maxOrphans = maxOrphans;
        copy.delayedAckMillis = delayedAckMillis;
        copy.congestionController = congestionController;
        copy.transportListener = transportListener;
        return copy;
    }

    /** {@return whether Nagle's algorithm is off; default true, as Netty's users expect} */
    public boolean noDelay() {
        return noDelay;
    }

    public void noDelay(boolean on) {
        noDelay = on;
    }

    /** {@return whether only full segments leave; default false} */
    public boolean cork() {
        return cork;
    }

    public void cork(boolean on) {
        cork = on;
    }

    /** {@return what holds back a segment that is not full} */
    public SmallSegments smallSegments() {
        if (cork) {
            return SmallSegments.WAIT_FOR_MORE;
        }
        return noDelay ? SmallSegments.LEAVE_AT_ONCE : SmallSegments.ONE_AT_A_TIME;
    }

    /** {@return whether every segment with text is acknowledged at once; default false} */
    public boolean quickAck() {
        return quickAck;
    }

    public void quickAck(boolean on) {
        quickAck = on;
    }

    /** {@return how much unsent text the send buffer takes, in bytes; 0, the default, for no limit but its capacity} */
    public long unsentLowWaterBytes() {
        return unsentLowWaterBytes;
    }

    public void unsentLowWaterBytes(long bytes) {
        unsentLowWaterBytes = bytes;
    }

    /** {@return whether an idle connection is probed (RFC 9293 section 3.8.4); default false} */
    public boolean keepAlive() {
        return keepAlive;
    }

    public void keepAlive(boolean on) {
        keepAlive = on;
    }

    /** {@return how long a connection is idle before the first probe, in seconds; default 7200} */
    public int keepIdleSeconds() {
        return keepIdleSeconds;
    }

    public void keepIdleSeconds(int seconds) {
        keepIdleSeconds = seconds;
    }

    /** {@return the time between probes, in seconds; default 75} */
    public int keepIntervalSeconds() {
        return keepIntervalSeconds;
    }

    public void keepIntervalSeconds(int seconds) {
        keepIntervalSeconds = seconds;
    }

    /** {@return how many probes may stay unanswered; default 9} */
    public int keepCount() {
        return keepCount;
    }

    public void keepCount(int probes) {
        keepCount = probes;
    }

    /** {@return how long nothing may leave before a NAT is reminded of the connection, in seconds; default 0: never} */
    public int natKeepAliveSeconds() {
        return natKeepAliveSeconds;
    }

    public void natKeepAliveSeconds(int seconds) {
        natKeepAliveSeconds = seconds;
    }

    /** {@return the capacity of the send buffer in bytes; 0, the default, lets it grow to twice the congestion window} */
    public int sendBufferBytes() {
        return sendBufferBytes;
    }

    public void sendBufferBytes(int bytes) {
        sendBufferBytes = bytes;
    }

    /**
     * {@return the capacity of the receive buffer in bytes, which bounds the advertised window; 0, the default, lets it grow as the
     * application reads, from 128 KiB to 6 MiB}
     */
    public int receiveBufferBytes() {
        return receiveBufferBytes;
    }

    public void receiveBufferBytes(int bytes) {
        receiveBufferBytes = bytes;
    }

    /** {@return whether the window scale option is offered (RFC 7323 section 2); default true} */
    public boolean windowScaling() {
        return windowScaling;
    }

    public void windowScaling(boolean on) {
        windowScaling = on;
    }

    /** {@return whether timestamps are offered (RFC 7323 section 3); default true} */
    public boolean timestamps() {
        return timestamps;
    }

    public void timestamps(boolean on) {
        timestamps = on;
    }

    /** {@return whether selective acknowledgments are offered (RFC 2018); default true} */
    public boolean sack() {
        return sack;
    }

    public void sack(boolean on) {
        sack = on;
    }

    /** {@return the largest IP packet to send until more is proven, in bytes; default {@value PathMtu#BASE_BYTES}} */
    public int pathMtu() {
        return pathMtu;
    }

    public void pathMtu(int bytes) {
        pathMtu = bytes;
    }

    /** {@return whether larger packets are tried (RFC 8899); default true} */
    public boolean pathMtuDiscovery() {
        return pathMtuDiscovery;
    }

    public void pathMtuDiscovery(boolean on) {
        pathMtuDiscovery = on;
    }

    /** {@return how often a SYN is repeated, the first four a second apart, then doubling; default 6} */
    public int synRetries() {
        return synRetries;
    }

    public void synRetries(int count) {
        synRetries = count;
    }

    /** {@return how often a SYN-ACK is repeated, after 1, 2, 4, 8, 16 seconds; default 5} */
    public int synAckRetries() {
        return synAckRetries;
    }

    public void synAckRetries(int count) {
        synAckRetries = count;
    }

    /**
     * {@return with which repetition in a row the application hears that nothing is answered (R1 of RFC 9293 section 3.8.3);
     * default 3; 0: it does not}
     */
    public int retriesBeforeReport() {
        return retriesBeforeReport;
    }

    public void retriesBeforeReport(int count) {
        retriesBeforeReport = count;
    }

    /** {@return how many repetitions in a row stay unanswered before a connection ends (R2 of RFC 9293 section 3.8.3); default 15} */
    public int retries() {
        return retries;
    }

    public void retries(int count) {
        retries = count;
    }

    /** {@return how long sent text may stay unacknowledged, in milliseconds (RFC 5482); default 0: {@link #retries} decides} */
    public int userTimeoutMillis() {
        return userTimeoutMillis;
    }

    public void userTimeoutMillis(int millis) {
        userTimeoutMillis = millis;
    }

    /** {@return the maximum segment lifetime in seconds; TIME-WAIT lasts twice that; default 30} */
    public int mslSeconds() {
        return mslSeconds;
    }

    public void mslSeconds(int seconds) {
        mslSeconds = seconds;
    }

    /** {@return how many connections in TIME-WAIT a UDP channel remembers; default 262 144, which is 16 MiB} */
    public int maxTimeWait() {
        return maxTimeWait;
    }

    public void maxTimeWait(int connections) {
        maxTimeWait = connections;
    }

    /** {@return whether connect may take over a port in TIME-WAIT (RFC 6191 section 2); default true} */
    public boolean timeWaitReuse() {
        return timeWaitReuse;
    }

    public void timeWaitReuse(boolean on) {
        timeWaitReuse = on;
    }

    /** {@return whether connect may, and has the timestamps that it takes} */
    public boolean reusesTimeWait() {
        return timeWaitReuse && timestamps;
    }

    /** {@return how many connections of an event loop may live on without an application; default 8192} */
    public int maxOrphans() {
        return maxOrphans;
    }

    public void maxOrphans(int connections) {
        maxOrphans = connections;
    }

    /** {@return how long a connection without application waits in FIN-WAIT-2, in seconds; default 60} */
    public int finWait2Seconds() {
        return finWait2Seconds;
    }

    public void finWait2Seconds(int seconds) {
        finWait2Seconds = seconds;
    }

    /** {@return the longest delay of an acknowledgment, in milliseconds, at most 500; default 40} */
    public int delayedAckMillis() {
        return delayedAckMillis;
    }

    public void delayedAckMillis(int millis) {
        delayedAckMillis = millis;
    }

    /** {@return what makes the congestion controller of each connection; default CUBIC} */
    public CongestionControllerFactory congestionController() {
        return congestionController;
    }

    public void congestionController(CongestionControllerFactory factory) {
        congestionController = factory;
    }

    /** {@return what makes the listener of each connection; default {@link TransportListenerFactory#NONE}} */
    public TransportListenerFactory transportListener() {
        return transportListener;
    }

    public void transportListener(TransportListenerFactory factory) {
        transportListener = factory;
    }
}
