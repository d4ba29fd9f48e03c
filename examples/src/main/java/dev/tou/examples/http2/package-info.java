// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** HTTP/2 with TLS and ALPN: many requests at once on one connection of this transport. */
package dev.tou.examples.http2;
