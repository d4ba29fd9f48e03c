// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.security.SecureRandom;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.InitialSequenceNumbers;
import dev.tou.connection.MemoryAccount;
import dev.tou.connection.MemoryBudget;
import dev.tou.connection.Reporting;
import dev.tou.connection.SipHash;
import dev.tou.management.Publication;
import dev.tou.telemetry.DropReason;
import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.TransportSnapshot;
import dev.tou.timing.TimerWheel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;

/** What the connections of one event loop share: the timer wheel, the account of memory, the pool of client sockets. */
public final class EventLoopResources {

    private static final SecureRandom SECRETS = new SecureRandom();

    /** What the next loop of the process is called; where it starts, nobody can guess. */
    private static final AtomicInteger NEXT_NUMBER = new AtomicInteger(SECRETS.nextInt());

    private static final ConcurrentMap<EventLoop, EventLoopResources> BY_LOOP = new ConcurrentHashMap<>();

    private final EventLoop loop;
    private final TimerWheel wheel;
    private final MemoryRelief relief = new MemoryRelief(this);
    private final MemoryAccount memory;
    private final Reporting reporting = new Reporting(new ControllerFailures());
    private final Orphans orphans = new Orphans();
    private final Set<Shard> shards = new LinkedHashSet<>();

    /** Of channels that are closed, and of none. */
    private final DropCounters drops = new DropCounters();

    private final InitialSequenceNumbers sequenceNumbers;
    private final RandomGenerator secrets;
    private final ClientSockets clientSockets;
    private int portDraws;
    private boolean endsWithLoop;
    private final int loopNumber;

    private EventLoopResources(
            EventLoop loop,
            int loopNumber,
            InitialSequenceNumbers sequenceNumbers,
            RandomGenerator secrets,
            MemoryBudget budget) {
        this.loop = loop;
        memory = new MemoryAccount(budget, relief::exhausted);
        this.secrets = secrets;
        this.loopNumber = loopNumber;
        this.sequenceNumbers = sequenceNumbers;
        wheel = new TimerWheel(loop);
        clientSockets = new ClientSockets(this);
    }

    /** {@return what belongs to the loop; made on first use, forgotten when the loop has terminated} */
    public static EventLoopResources of(EventLoop loop) {
        EventLoopResources known = BY_LOOP.get(loop);
        return known != null ? known : BY_LOOP.computeIfAbsent(loop, EventLoopResources::create);
    }

    /** {@return what belongs to the loop, or null if nothing does} */
    static EventLoopResources ifAny(EventLoop loop) {
        return BY_LOOP.get(loop);
    }

    /** {@return what belongs to any loop now} */
    static List<EventLoopResources> all() {
        return List.copyOf(BY_LOOP.values());
    }

    private static EventLoopResources create(EventLoop loop) {
        int number = NEXT_NUMBER.getAndIncrement();
        return create(loop, number, InitialSequenceNumbers.ofProcess(), SECRETS, ProcessMemory.BUDGET);
    }

    private static EventLoopResources create(
            EventLoop loop,
            int loopNumber,
            InitialSequenceNumbers sequenceNumbers,
            RandomGenerator secrets,
            MemoryBudget budget) {
        loop.terminationFuture().addListener(terminated -> BY_LOOP.remove(loop));
        return new EventLoopResources(loop, loopNumber, sequenceNumbers, secrets, budget);
    }

    /**
     * Makes what a loop draws by secret keys repeatable, for simulations; before the loop's first connection.
     *
     * @param budget what its connections may hold in buffers, with those of other loops that have the same
     */
    public static void seed(
            EventLoop loop, InitialSequenceNumbers sequenceNumbers, RandomGenerator secrets, MemoryBudget budget) {
        // Its number is always the same, however many loops the process has had.
        BY_LOOP.put(loop, create(loop, 0, sequenceNumbers, secrets, budget));
    }

    /** {@return a keyed hash for tables that strangers put entries into} */
    static SipHash tableHash() {
        return SipHash.withRandomKey(SECRETS);
    }

    /** {@return a hash under a new key that nobody knows, but for a simulation's seed} */
    SipHash newSecret() {
        return new SipHash(secrets.nextLong(), secrets.nextLong());
    }

    /** {@return the event loop} */
    public EventLoop loop() {
        return loop;
    }

    /** {@return the wheel that the timers of all connections hang on} */
    public TimerWheel wheel() {
        return wheel;
    }

    /** {@return what the connections hold in buffers} */
    public MemoryAccount memory() {
        return memory;
    }

    /** {@return what the loop does when they hold all that they may} */
    MemoryRelief relief() {
        return relief;
    }

    /** {@return whether an application is being called in the middle of something} */
    public Reporting reporting() {
        return reporting;
    }

    /** {@return the source of initial sequence numbers and timestamp offsets} */
    public InitialSequenceNumbers sequenceNumbers() {
        return sequenceNumbers;
    }

    /** {@return a number from which the search for a free port towards the peer of this key begins} */
    int portOffset(ConnectionKey key, int bound) {
        return sequenceNumbers.portOffset(key, (long) loopNumber << Integer.SIZE | portDraws++ & 0xFFFF_FFFFL, bound);
    }

    /** {@return the number of the loop in this process, one after the other from any number on} */
    int loopNumber() {
        return loopNumber;
    }

    /** A channel of the loop is open. */
    void opened(Shard shard) {
        shards.add(shard);
        if (!endsWithLoop && loop instanceof SingleThreadEventExecutor executor) {
            endsWithLoop = true;
            executor.addShutdownHook(this::closeChannels);
            Publication.enter(EventLoopResources::look);
            loop.terminationFuture().addListener(terminated -> Publication.leave());
        }
    }

    // Waits, which a thread that asks from outside may.
    private static TransportSnapshot look(SnapshotRequest request) {
        return Census.ofProcess(request).syncUninterruptibly().getNow();
    }

    /** A channel of the loop is closed. */
    void closed(Shard shard) {
        if (shards.remove(shard)) {
            drops.add(shard.drops());
        }
    }

    /** Something was dropped so often that belongs to no channel. */
    void dropped(DropReason reason, int times) {
        drops.count(reason, times);
    }

    /** {@return how often a reason has occurred on the channels of this loop, closed ones too} */
    public long drops(DropReason reason) {
        long times = drops.of(reason);
        for (Shard shard : shards) {
            times += shard.drops().of(reason);
        }
        return times;
    }

    // A loop of Netty looks whether it is to end, and then closes its channels; then it looks again, and ends. What is
    // said in
    // between, when it has nothing to do, ends it with its channels open, and nobody can ever close or release them.
    private void closeChannels() {
        List.copyOf(shards).forEach(shard -> shard.udp().close());
    }

    /** {@return the open channels of the loop} */
    public Set<Shard> shards() {
        return shards;
    }

    /** {@return the connections whose applications have gone} */
    Orphans orphans() {
        return orphans;
    }

    /** {@return the pool of client sockets} */
    public ClientSockets clientSockets() {
        return clientSockets;
    }

    /** {@return the loop's own clock, in nanoseconds} */
    public long nowNanos() {
        return loop.ticker().nanoTime();
    }
}
