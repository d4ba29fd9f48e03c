// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.examples.tls;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/**
 * TLS for trying things out, without an authority and without giving up what TLS is for. At each start the server makes a
 * key and a certificate for itself, good for a day, and leaves the certificate in a file; the client trusts what is in that
 * file and nothing else, and checks that it names the host. The key never leaves the server's memory.
 *
 * <p>A server of yours has the certificate of an authority, and its client needs no file. Do not copy a trust manager that
 * accepts every certificate from anywhere: with it, whoever is between the two can read and change everything.
 */
public final class SelfSigned {

    private SelfSigned() {}

    /** {@return a server's TLS} Its certificate names this host, and is in {@code file} until the process ends. */
    public static SslContextBuilder forServer(Path file) throws Exception {
        CertificateBuilder builder = new CertificateBuilder()
                .subject("CN=tou example")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true);
        for (InetAddress address : NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .toList()) {
            builder.addSanIpAddress(InetAddress.getByAddress(address.getAddress())); // without its interface
        }
        X509Bundle certificate = builder.buildSelfSigned();
        Files.writeString(file, certificate.getCertificatePEM());
        file.toFile().deleteOnExit();
        return SslContextBuilder.forServer(certificate.getKeyPair().getPrivate(), certificate.getCertificatePath());
    }

    /** {@return a client's TLS, which trusts the certificate in {@code file} only} */
    public static SslContextBuilder forClient(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new FileNotFoundException(
                    "no certificate in " + file + "; a server that runs leaves it in its folder");
        }
        return SslContextBuilder.forClient().trustManager(file.toFile());
    }
}
