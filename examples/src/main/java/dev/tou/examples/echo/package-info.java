// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** A server that sends back what it gets, and a client that starts the game. */
package dev.tou.examples.echo;
