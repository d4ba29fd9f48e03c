// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** What users are told of the ways in which a connection dies, held to what the tests have seen. */
package dev.tou.dying;
