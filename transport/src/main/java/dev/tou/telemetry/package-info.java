// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** What can be seen from outside: why things were dropped, what happened to a connection, and its figures. */
package dev.tou.telemetry;
