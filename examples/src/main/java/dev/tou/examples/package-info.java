// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** Small programs to copy from. */
package dev.tou.examples;
