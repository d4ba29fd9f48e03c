// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** HTTP/1.1 with TLS: Netty's handlers for both, on a channel of this transport. */
package dev.tou.examples.https;
