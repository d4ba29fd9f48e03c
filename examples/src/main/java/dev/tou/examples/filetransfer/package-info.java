// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/** A server that sends files by name, straight from the file system, and a client that fetches one. */
package dev.tou.examples.filetransfer;
