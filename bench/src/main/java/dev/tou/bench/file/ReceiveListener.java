// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.file;

import java.nio.file.Path;

import dev.tou.bench.Failure;
import dev.tou.bench.HostAndPort;

/** Told what becomes of the transfers of a receiver. Called in event loops: must not block. */
public interface ReceiveListener {

    /** The bytes of a file begin to come. */
    void onBegin(TransferProgress transfer);

    /** The file is on disk under its name, and its digest matched. */
    void onKept(TransferProgress transfer, Path file, Sha256 digest);

    /** A transfer from {@code peer} failed. The file does not have its name; the sentence says what is left of it. */
    void onFailed(HostAndPort peer, Failure failure);

    /** A connection from {@code peer} did not come to a transfer: no offer, or one too many. */
    void onRejected(HostAndPort peer, Failure failure);
}
