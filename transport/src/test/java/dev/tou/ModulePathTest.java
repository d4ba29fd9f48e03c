// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import dev.tou.channel.IoUringHere;
import dev.tou.channel.TouSocketChannel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.unix.Errors;
import io.netty.channel.uring.IoUring;
import io.netty.resolver.AddressResolver;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is a module of its own compiles against what we export, sees nothing else, and runs on the module path,
 * without the optional native transports and with io_uring.
 */
class ModulePathTest {

    private static final String MODULE = "module consumer { requires dev.tou.transport; }";

    private static final String ECHO = """
            package consumer;

            import dev.tou.channel.TouChannelOption;
            import dev.tou.channel.TouServerSocketChannel;
            import dev.tou.channel.TouSocketChannel;
            import dev.tou.congestion.NewReno;
            import dev.tou.state.TcpState;
            import dev.tou.telemetry.TcpInfo;
            import io.netty.bootstrap.Bootstrap;
            import io.netty.bootstrap.ServerBootstrap;
            import io.netty.buffer.ByteBuf;
            import io.netty.buffer.Unpooled;
            import io.netty.channel.Channel;
            import io.netty.channel.ChannelHandlerContext;
            import io.netty.channel.ChannelInboundHandlerAdapter;
            import io.netty.channel.ChannelInitializer;
            import io.netty.channel.EventLoopGroup;
            import io.netty.channel.MultiThreadIoEventLoopGroup;
            import io.netty.channel.SimpleChannelInboundHandler;
            import io.netty.channel.nio.NioIoHandler;
            import java.net.InetAddress;
            import java.net.InetSocketAddress;
            import java.util.concurrent.CompletableFuture;
            import java.util.concurrent.TimeUnit;

            public final class Echo {

                public static void main(String[] arguments) throws Exception {
                    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
                    Channel server = new ServerBootstrap()
                            .group(group)
                            .channel(TouServerSocketChannel.class)
                            .childHandler(new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void channelRead(ChannelHandlerContext ctx, Object message) {
                                            ctx.writeAndFlush(message);
                                        }
                                    });
                                }
                            })
                            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .sync()
                            .channel();
                    CompletableFuture<Byte> answer = new CompletableFuture<>();
                    TouSocketChannel client = (TouSocketChannel) new Bootstrap()
                            .group(group)
                            .channel(TouSocketChannel.class)
                            .option(TouChannelOption.CONGESTION_CONTROLLER, NewReno::new)
                            .handler(new SimpleChannelInboundHandler<ByteBuf>() {
                                @Override
                                protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
                                    answer.complete(message.readByte());
                                }
                            })
                            .connect(server.localAddress())
                            .sync()
                            .channel();
                    client.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {42}));
                    int echoed = answer.get(60, TimeUnit.SECONDS);
                    TcpInfo info = client.eventLoop().submit(client::tcpInfo).get();
                    if (echoed != 42 || info.state() != TcpState.ESTABLISHED) {
                        throw new AssertionError(echoed + " " + info);
                    }
                    System.out.println("echoed in " + Echo.class.getModule());
                    System.exit(0);
                }
            }
            """;

    @TempDir
    Path folder;

    private String modulePath;

    @BeforeEach
    void findModules() {
        modulePath = Stream.of(
                        TouSocketChannel.class,
                        Future.class,
                        ByteBuf.class,
                        Channel.class,
                        AddressResolver.class,
                        Errors.class)
                .map(ModulePathTest::placeOf)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String placeOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Timeout(120)
    void aModularApplicationEchoes() throws Exception {
        assertThat(compile(MODULE, ECHO)).isEmpty();
        expectEcho();
    }

    @Test
    @Timeout(120)
    void aModularApplicationEchoesOnIoUring() throws Exception {
        IoUringHere.orElse("nor is it on the module path");
        modulePath += File.pathSeparator + placeOf(IoUring.class) + File.pathSeparator + nativeLibrary();
        String module = MODULE.replace("}", "requires io.netty.transport.classes.io_uring; }");
        String echo = ECHO.replace("NioIoHandler", "IoUringIoHandler").replace("channel.nio.", "channel.uring.");
        assertThat(compile(module, echo)).isEmpty();
        expectEcho("--add-modules", "ALL-MODULE-PATH");
    }

    /** {@return the jar that holds the native part} */
    private static String nativeLibrary() throws IOException {
        URL library = IoUring.class.getResource("/META-INF/native/libnetty_transport_native_io_uring42_x86_64.so");
        return ((JarURLConnection) library.openConnection()).getJarFile().getName();
    }

    private void expectEcho(String... options) throws Exception {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--module-path", modulePath + File.pathSeparator + folder.resolve("classes")));
        command.addAll(List.of(options));
        command.addAll(List.of("--module", "consumer/consumer.Echo"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
            assertThat(Files.readString(output)).contains("echoed in module consumer");
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void whatIsInsideStaysInside() throws IOException {
        for (String inside : List.of(
                "connection.TransmissionControlBlock",
                "endpoint.Shard",
                "pipeline.TransportPipeline",
                "retransmission.RetransmissionQueue",
                "segment.Segment",
                "timing.TimerWheel",
                "window.SendBuffer")) {
            assertThat(compile(MODULE, "package consumer; class Intruder { dev.tou." + inside + " it; }"))
                    .as(inside)
                    .contains("not visible");
        }
    }

    /** {@return what the compiler had to say} */
    private String compile(String descriptor, String source) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources/consumer"));
        Path module = Files.writeString(sources.resolveSibling("module-info.java"), descriptor);
        Path application =
                Files.writeString(sources.resolve(source.contains("Echo") ? "Echo.java" : "Intruder.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter words = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            compiler.getTask(
                            words,
                            files,
                            null,
                            List.of(
                                    "--module-path",
                                    modulePath,
                                    "-d",
                                    folder.resolve("classes").toString()),
                            null,
                            files.getJavaFileObjects(module, application))
                    .call();
        }
        return words.toString();
    }
}
