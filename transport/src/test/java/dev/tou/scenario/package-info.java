// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * What a connection must do on a bad path, said in the terms of the RFCs and judged from outside: by what is on the wire and by
 * what the applications see, not by the engine's own counters.
 *
 * <pre>
 *   Scenario     a client and a server on one path, and what is to go wrong on it
 *   WireLedger   every segment that was sent, and what became of it
 *   BulkSource   writes a stream as fast as the channel takes it
 *   StreamSink   reads it, checks every byte, knows when which byte came
 *   Exchanges    requests at fixed times, and how long each answer took
 * </pre>
 */
package dev.tou.scenario;
