// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

/**
 * The connections of one event loop that hold text out of order, in the order in which they began to: a list through their
 * {@link Holdings}, so that joining and leaving costs nothing, and who has waited for longest is found at once.
 */
final class OutOfOrderHolders {

    private Holdings oldest;
    private Holdings newest;

    /** {@return who began first, or null if nobody holds any} */
    Holdings oldest() {
        return oldest;
    }

    /** Adds one that is not on the list. */
    void add(Holdings holder) {
        holder.older = newest;
        if (newest == null) {
            oldest = holder;
        } else {
            newest.newer = holder;
        }
        newest = holder;
    }

    /** Removes one that is on the list. */
    void remove(Holdings holder) {
        if (holder.older == null) {
            oldest = holder.newer;
        } else {
            holder.older.newer = holder.newer;
        }
        if (holder.newer == null) {
            newest = holder.older;
        } else {
            holder.newer.older = holder.older;
        }
        holder.older = null;
        holder.newer = null;
    }
}
