// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * Small programs to copy from: one idea, two or three files each.
 *
 * <p>After {@code ./mvnw -q -DskipTests package} they are all in one jar:
 *
 * <pre>
 * java -cp examples/target/examples.jar dev.tou.examples.echo.EchoServer
 * java -cp examples/target/examples.jar dev.tou.examples.echo.EchoClient "Hello over UDP"
 *
 * java -cp examples/target/examples.jar dev.tou.examples.filetransfer.FileServer --dir .
 * java -cp examples/target/examples.jar dev.tou.examples.filetransfer.FileClient README.md copy.md
 *
 * java -cp examples/target/examples.jar dev.tou.examples.grpc.GrpcServer
 * java -cp examples/target/examples.jar dev.tou.examples.grpc.GrpcClient "Hello over UDP"
 * </pre>
 */
package dev.tou.examples;
