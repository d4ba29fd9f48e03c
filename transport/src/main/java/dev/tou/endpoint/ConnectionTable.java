// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.endpoint;

import java.util.Objects;
import java.util.function.Consumer;

import dev.tou.connection.ConnectionKey;
import dev.tou.connection.Keyed;
import dev.tou.connection.SipHash;

/**
 * The connections of one UDP channel, found by the words and ports of a datagram without making a key object.
 *
 * <p>Open addressing with linear probing, at most two thirds full. A removed entry leaves no tombstone: those behind it move
 * up, so a table that has seen a million connections is as fast as a new one, and it shrinks when they have gone. The hash is
 * keyed (see {@link SipHash}), so nobody can choose ports that end up in one place, and half of it is kept beside the
 * entries, so that a probe looks at a connection only if it is very likely the one.
 *
 * <p>Belongs to one event loop; not synchronized.
 *
 * @param <V> what is found: a connection
 */
public final class ConnectionTable<V extends Keyed> {

    private static final int MIN_CAPACITY = 16;

    private final SipHash hash;

    /** A power of two entries. An empty place holds null. */
    private Object[] values = new Object[MIN_CAPACITY];

    /** The hash of the entry at the same index; its lowest bits are the place where it wants to be. */
    private int[] hashes = new int[MIN_CAPACITY];

    private int size;

    /** @param hash a hash under a secret key */
    public ConnectionTable(SipHash hash) {
        this.hash = Objects.requireNonNull(hash, "hash");
    }

    /** {@return the number of connections} */
    public int size() {
        return size;
    }

    /** {@return the number of places, for the tests} */
    int capacity() {
        return values.length;
    }

    /** {@return the connection with a key, or null} */
    public V find(ConnectionKey key) {
        return at(indexOf(key.remoteHi(), key.remoteLo(), key.ports()));
    }

    /**
     * {@return the connection that a datagram is for, or null}
     *
     * @param hi the upper word of the sender's address, as {@link dev.tou.connection.AddressWords} has it
     * @param lo the lower word
     * @param remoteUdpPort the sender's UDP port
     * @param localTcpPort the destination port in the TCP header
     * @param remoteTcpPort the source port in the TCP header
     */
    public V find(long hi, long lo, int remoteUdpPort, int localTcpPort, int remoteTcpPort) {
        return at(indexOf(hi, lo, ConnectionKey.packPorts(remoteUdpPort, localTcpPort, remoteTcpPort)));
    }

    /** {@return the connection that had the key before, or null} */
    public V put(V value) {
        ConnectionKey key = value.key();
        int hashed = hashOf(key);
        int mask = values.length - 1;
        int index = hashed & mask;
        while (values[index] != null) {
            V old = at(index);
            if (hashes[index] == hashed && old.key().equals(key)) {
                values[index] = value;
                return old;
            }
            index = index + 1 & mask;
        }
        values[index] = value;
        hashes[index] = hashed;
        if (++size * 3L > values.length * 2L) {
            resize(values.length * 2);
        }
        return null;
    }

    /**
     * Removes a connection, but not another one that has taken over its key.
     *
     * @return the connection, or null if it was not in the table
     */
    public V remove(V value) {
        ConnectionKey key = value.key();
        int index = indexOf(key.remoteHi(), key.remoteLo(), key.ports());
        if (index < 0 || values[index] != value) {
            return null;
        }
        removeAt(index);
        size--;
        if (size * 8L < values.length && values.length > MIN_CAPACITY) {
            resize(values.length / 2);
        }
        return value;
    }

    /**
     * Shows every connection to an action, which may remove it, and add or remove others. Shown are those that were in the
     * table when this was called, except for those that an action has removed since. It copies the references: for rare
     * occasions, not for datagrams.
     */
    public void forEach(Consumer<? super V> action) {
        Object[] snapshot = new Object[size];
        int count = 0;
        for (Object value : values) {
            if (value != null) {
                snapshot[count++] = value;
            }
        }
        for (Object each : snapshot) {
            @SuppressWarnings("unchecked")
            V value = (V) each;
            if (find(value.key()) == value) {
                action.accept(value);
            }
        }
    }

    /**
     * Shows the connections of a few places to an action, which must not change the table, and tells where to go on. Between
     * two calls connections may come and go, and the table may grow or shrink: whoever is there all the time is shown,
     * and nobody twice.
     *
     * @param position 0 at first, then what was returned
     * @param places how many places to look at, more than 0
     * @return where to go on, or 0 if all have been shown
     */
    public int scan(int position, int places, Consumer<? super V> action) {
        int next = position;
        for (int i = 0; i < places; i++) {
            showFrom(next, action);
            // Counts from the highest bit down: in a table of another size the places that have been shown are those
            // below, too.
            next = Integer.reverse(Integer.reverse(next | ~(values.length - 1)) + 1);
            if (next == 0) {
                break;
            }
        }
        return next;
    }

    // Those that want to be at a place are there or behind it, before the next empty one.
    private void showFrom(int position, Consumer<? super V> action) {
        int mask = values.length - 1;
        int wanted = position & mask;
        for (int index = wanted; values[index] != null; index = index + 1 & mask) {
            if ((hashes[index] & mask) == wanted && !isShown(hashes[index], position)) {
                action.accept(at(index));
            }
        }
    }

    // When the table has shrunk, a place holds those of several, some of which had been passed.
    private static boolean isShown(int hashed, int position) {
        return Integer.compareUnsigned(Integer.reverse(hashed), Integer.reverse(position)) < 0;
    }

    private int indexOf(long hi, long lo, long ports) {
        int hashed = (int) hash.hash(hi, lo, ports);
        int mask = values.length - 1;
        int index = hashed & mask;
        while (values[index] != null) {
            if (hashes[index] == hashed && at(index).key().matches(hi, lo, ports)) {
                return index;
            }
            index = index + 1 & mask;
        }
        return -1;
    }

    @SuppressWarnings("unchecked")
    private V at(int index) {
        return index < 0 ? null : (V) values[index];
    }

    /** Empties a place and moves up the entries behind it that would not be found any more. */
    private void removeAt(int index) {
        int mask = values.length - 1;
        int hole = index;
        int next = hole;
        for (; ; ) {
            next = next + 1 & mask;
            if (values[next] == null) {
                break;
            }
            int probes = next - hashes[next] & mask;
            int distanceToHole = next - hole & mask;
            if (probes >= distanceToHole) {
                values[hole] = values[next];
                hashes[hole] = hashes[next];
                hole = next;
            }
        }
        values[hole] = null;
    }

    private void resize(int capacity) {
        Object[] oldValues = values;
        int[] oldHashes = hashes;
        values = new Object[capacity];
        hashes = new int[capacity];
        int mask = capacity - 1;
        for (int i = 0; i < oldValues.length; i++) {
            if (oldValues[i] != null) {
                int index = oldHashes[i] & mask;
                while (values[index] != null) {
                    index = index + 1 & mask;
                }
                values[index] = oldValues[i];
                hashes[index] = oldHashes[i];
            }
        }
    }

    private int hashOf(ConnectionKey key) {
        return (int) hash.hash(key.remoteHi(), key.remoteLo(), key.ports());
    }
}
