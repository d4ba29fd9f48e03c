// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Kernel TCP and tou over the same bad link between two network namespaces; {@code bench/lossy-link.sh} runs it.
 */
package dev.tou.bench.link;
