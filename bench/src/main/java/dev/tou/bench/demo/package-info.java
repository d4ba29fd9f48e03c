// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * {@code tou demo}: two processes, a bad link between them, a file, and what can be said about it afterwards.
 *
 * <p>{@code DemoCommand} reads the options, {@code Demo} runs the steps, {@code DemoSummary} tells the result. The server and
 * the client are this same program, started with hidden subcommands, and speak to the demo in JSON lines.
 */
package dev.tou.bench.demo;
