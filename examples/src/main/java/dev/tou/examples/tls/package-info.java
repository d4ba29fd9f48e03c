// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** The certificate that the examples with TLS share. */
package dev.tou.examples.tls;
