// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** What tests listen with. */
package dev.tou.telemetry;
