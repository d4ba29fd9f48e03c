// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0

/**
 * {@code tou inspect}: the live connections of another process on this host. It knows nothing of that process but what its bean
 * tells, names and sentences included, so the two may be of different versions.
 */
package dev.tou.bench.inspect;
