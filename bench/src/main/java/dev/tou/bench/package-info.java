// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** The tou command: move files, measure, impair, look inside. */
package dev.tou.bench;
