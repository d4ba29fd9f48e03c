// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.congestion;

/** The controllers that come with the transport, for {@code TouChannelOption.CONGESTION_CONTROLLER}. */
public final class CongestionControllers {

    /** CUBIC with HyStart++ (RFC 9438, RFC 9406): the default, and fair to the CUBIC of other systems. */
    public static final CongestionControllerFactory CUBIC = Cubic::new;

    /** NewReno with HyStart++ (RFC 5681, RFC 6582, RFC 9406). */
    public static final CongestionControllerFactory NEW_RENO = NewReno::new;

    private CongestionControllers() {}
}
