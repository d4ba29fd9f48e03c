// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * What of this machine helps or hinders tou: each finding is a fact, a verdict and what to do. What can be tried is
 * really tried, on loopback; what is only read comes from the kernel's folders.
 */
package dev.tou.bench.doctor;
