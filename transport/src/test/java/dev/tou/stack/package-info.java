// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** Two whole stacks, channels and bootstraps included, on a simulated network and virtual time. */
package dev.tou.stack;
