// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** gRPC over the channel: its client and its server are told which channel to use, and nothing else changes. */
package dev.tou.examples.grpc;
