// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * {@code tou lab}: every link that has a name, measured in the network of containers of {@code docker-compose.yml}.
 *
 * <p>{@code Compose} speaks to Docker, {@code LabRun} has the order of things, {@code LabReport} writes down what came out.
 * What is measured is {@code tou ping} and {@code tou perf}, by the lines that they print for programs.
 */
package dev.tou.bench.lab;
