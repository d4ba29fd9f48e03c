// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

/** When a listener answers SYNs with cookies instead of keeping half-open connections, see {@link TouChannelOption#SYN_COOKIES}. */
public enum SynCookieMode {
    /** When there are as many half-open connections as {@link TouChannelOption#MAX_SYN_BACKLOG} allows. */
    UNDER_PRESSURE,
    /** Always: a peer that has not proven its address costs no memory at all. */
    ALWAYS,
    /** Never: SYNs that find no room are not answered. */
    NEVER;

    /** {@return with how many half-open connections cookies begin} */
    int from(int maxSynBacklog) {
        return switch (this) {
            case UNDER_PRESSURE -> maxSynBacklog;
            case ALWAYS -> 0;
            case NEVER -> Integer.MAX_VALUE;
        };
    }
}
