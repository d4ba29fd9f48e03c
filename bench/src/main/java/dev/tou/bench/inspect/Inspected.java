// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.AttachOperationFailedException;
import com.sun.tools.attach.VirtualMachine;
import dev.tou.bench.ExitCode;
import dev.tou.bench.Failure;
import dev.tou.bench.Failures;
import dev.tou.bench.Sentence;

/**
 * A process that is being looked into: by the attach interface of the JDK its management agent is started, by that the beans of
 * tou are read. Java processes without tou are only asked for their system properties.
 */
final class Inspected implements AutoCloseable {

    private static final String MARK = "dev.tou.mbean";

    /** A bean is registered in the background, a moment after the first channel. */
    private static final int TRIES = 10;

    private static final long TRY_MILLIS = 100;

    /** To be let in, which takes a busy process a moment; some of what the JDK does for that has no limit of its own. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Beyond what its event loops may take. */
    private static final Duration PATIENCE_TO_LOOK = Duration.ofSeconds(8);

    private static final Duration PATIENCE_TO_CLOSE = Duration.ofSeconds(1);

    private static final String[] SIGNATURE = {String[].class.getName(), String.class.getName(), "int", "int", "long"};

    static {
        // So that what is given up soon ends by itself, too.
        System.getProperties().putIfAbsent("sun.tools.attach.attachTimeout", "3000");
        System.getProperties().putIfAbsent("sun.rmi.transport.tcp.responseTimeout", "15000");
        System.getProperties().putIfAbsent("sun.rmi.transport.tcp.handshakeTimeout", "5000");
    }

    private final JavaProcess process;
    private final String java;
    private final JMXConnector connector;
    private final MBeanServerConnection server;
    private final Set<ObjectName> beans;
    private final Glossary glossary;

    private Inspected(JavaProcess process, String java, JMXConnector connector) throws IOException, JMException {
        this.process = process;
        this.java = java;
        this.connector = connector;
        server = connector.getMBeanServerConnection();
        beans = beans(server);
        List<Row> words = new ArrayList<>();
        for (ObjectName bean : beans) {
            words.addAll(Row.allOf((CompositeData[]) server.getAttribute(bean, "Words")));
        }
        glossary = new Glossary(words);
    }

    private static Set<ObjectName> beans(MBeanServerConnection server) throws IOException {
        try {
            return server.queryNames(new ObjectName("dev.tou:type=Transport,*"), null);
        } catch (MalformedObjectNameException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * {@return a process with tou in it, or null if it has none, or may not be looked into}
     *
     * <p>For those that nobody has asked for by their number.
     *
     * @param mute is told of one that does not answer
     */
    static Inspected ifPossible(JavaProcess process, Consumer<JavaProcess> mute) {
        if (process.isForbidden() || process.isLocked()) {
            return null;
        }
        if (process.isStopped()) {
            mute.accept(process);
            return null;
        }
        try {
            return AttachSignal.isTakenBy(process.pid()) ? openInTime(process, 1) : null;
        } catch (TimeoutException e) {
            mute.accept(process);
            return null;
        } catch (IOException | AttachNotSupportedException | JMException | JMRuntimeException endedOrOutOfReach) {
            return null;
        }
    }

    /**
     * {@return a process that somebody has asked for}
     *
     * @throws Failure if it cannot be looked into, or has no tou in it
     */
    static Inspected open(JavaProcess process) {
        if (process.isForbidden()) {
            throw failure(
                    "Process " + process.pid() + " belongs to " + process.user() + "; only " + process.user()
                            + " and root may look into it; try \"sudo -u " + process.user() + " ./tou inspect "
                            + process.pid() + "\"",
                    null);
        }
        if (process.isLocked()) {
            throw locked(process, null);
        }
        if (process.isStopped()) {
            throw stopped(process, null);
        }
        if (!takesTheSignal(process)) {
            throw deaf(process);
        }
        try {
            Inspected inspected = openInTime(process, TRIES);
            if (inspected == null) {
                throw failure(
                        "Process " + process.pid()
                                + " has no channel of tou open; if it should have, see whether it was"
                                + " started with -Ddev.tou.jmx=false, or is a module graph without java.management",
                        null);
            }
            return inspected;
        } catch (NoClassDefFoundError noAttach) {
            throw JavaProcess.noAttach(noAttach);
        } catch (TimeoutException e) {
            throw mute(process, PATIENCE, e);
        } catch (AttachNotSupportedException | IOException e) {
            throw unreachable(process, e);
        } catch (JMException | JMRuntimeException e) {
            throw silent(process, e);
        }
    }

    // One that has just been started soon does.
    private static boolean takesTheSignal(JavaProcess process) {
        for (int i = 1; i < TRIES && !AttachSignal.isTakenBy(process.pid()); i++) {
            pause();
        }
        return AttachSignal.isTakenBy(process.pid());
    }

    private static Failure deaf(JavaProcess process) {
        if (!process.isAlive()) {
            return failure("Process " + process.pid() + " has just ended", null);
        }
        return failure(
                "Process " + process.pid()
                        + " cannot be looked into: it does not take the signal (SIGQUIT) by which a Java process is"
                        + " asked, and would end of it; is it one?",
                null);
    }

    private static Failure stopped(JavaProcess process, Exception cause) {
        return failure(
                "Process " + process.pid()
                        + " cannot be looked into: it is stopped (by SIGSTOP, Ctrl-Z or a debugger); \"kill -CONT "
                        + process.pid() + "\" has it go on",
                cause);
    }

    private static Failure mute(JavaProcess process, Duration patience, Exception cause) {
        return process.isStopped()
                ? stopped(process, cause)
                : failure(
                        "Process " + process.pid() + " cannot be looked into: it has not answered for "
                                + patience.toSeconds() + " s; is it stopped, or is this machine very busy?",
                        cause);
    }

    private static Failure locked(JavaProcess process, Exception cause) {
        return failure(
                "Process " + process.pid()
                        + " was started with -XX:+DisableAttachMechanism, so nobody can look into it;"
                        + " start it without",
                cause);
    }

    private static Failure unreachable(JavaProcess process, Exception e) {
        // Its arguments are not always known, and then the attach interface tells.
        if (String.valueOf(e.getMessage()).contains("does not support the attach mechanism")) {
            return locked(process, e);
        }
        if (!process.isAlive()) {
            return failure("Process " + process.pid() + " has just ended", e);
        }
        return failure(
                "Process " + process.pid()
                        + " cannot be looked into; is it a Java process with a HotSpot VM, of the same"
                        + " user, and not stopped? (" + e.getMessage() + ")",
                e);
    }

    // What its bean has thrown comes wrapped.
    private static Failure silent(JavaProcess process, Exception e) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        String words = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        return failure("Process " + process.pid() + " does not tell about its connections: " + words, e);
    }

    private static Failure failure(String sentence, Exception cause) {
        return new Failure(ExitCode.NO_PROCESS, Sentence.ended(sentence), cause);
    }

    private static Inspected openInTime(JavaProcess process, int tries)
            throws IOException, AttachNotSupportedException, JMException, TimeoutException {
        try {
            return Deadline.within(PATIENCE, () -> open(process, tries), Inspected::close);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException broken) {
                throw broken;
            } else if (cause instanceof AttachNotSupportedException unsupported) {
                throw unsupported;
            } else if (cause instanceof JMException bean) {
                throw bean;
            } else if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            } else if (cause instanceof Error error) {
                throw error;
            }
            throw new AssertionError(cause);
        }
    }

    private static Inspected open(JavaProcess process, int tries)
            throws IOException, AttachNotSupportedException, JMException {
        VirtualMachine machine = VirtualMachine.attach(String.valueOf(process.pid()));
        try {
            Properties properties = machine.getSystemProperties();
            for (int i = 1; i < tries && !properties.containsKey(MARK); i++) {
                pause();
                properties = machine.getSystemProperties();
            }
            if (!properties.containsKey(MARK)) {
                return null;
            }
            return connect(process, properties.getProperty("java.version"), machine.startLocalManagementAgent());
        } catch (AttachOperationFailedException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            machine.detach();
        }
    }

    private static Inspected connect(JavaProcess process, String java, String url) throws IOException, JMException {
        JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(url));
        try {
            Inspected inspected = new Inspected(process, java, connector);
            if (!inspected.beans.isEmpty()) {
                return inspected;
            }
        } catch (IOException | JMException | RuntimeException e) {
            closeQuietly(connector);
            throw e;
        }
        closeQuietly(connector);
        return null;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(TRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(JMXConnector connector) {
        try {
            connector.close();
        } catch (IOException e) {
            // the process has ended
            return;
        }
    }

    JavaProcess process() {
        return process;
    }

    /** {@return the version of its Java} */
    String java() {
        return java;
    }

    Glossary glossary() {
        return glossary;
    }

    /**
     * {@return what is there now}
     *
     * @param patienceMillis how long its event loops may take
     * @throws Ended if the process has ended
     * @throws Mute if it does not answer
     * @throws Failure if it does not answer as it should
     */
    Look look(Wanted wanted, long patienceMillis) {
        Duration patience = PATIENCE_TO_LOOK.plusMillis(patienceMillis);
        try {
            return Deadline.within(patience, () -> lookAt(wanted, patienceMillis), late -> {});
        } catch (TimeoutException e) {
            throw new Mute(mute(process, patience, e));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException ours ? ours : Failures.of(e.getCause());
        }
    }

    private Look lookAt(Wanted wanted, long patienceMillis) {
        try {
            List<Row> loops = new ArrayList<>();
            for (ObjectName bean : beans) {
                loops.addAll(Row.allOf((CompositeData[]) server.invoke(
                        bean,
                        "look",
                        new Object[] {
                            wanted.states().toArray(String[]::new),
                            wanted.address(),
                            wanted.port(),
                            wanted.most(),
                            patienceMillis
                        },
                        SIGNATURE)));
            }
            return new Look(loops);
        } catch (InstanceNotFoundException | IOException e) {
            throw new Ended(e);
        } catch (JMException | JMRuntimeException e) {
            throw silent(process, e);
        }
    }

    /** The process has ended, or its event loops have. */
    static final class Ended extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Ended(Throwable cause) {
            super(cause);
        }
    }

    /** The process does not answer; the {@link Failure} that it is for who has asked for it is the cause. */
    static final class Mute extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Mute(Failure failure) {
            super(failure);
        }

        Failure failure() {
            return (Failure) getCause();
        }
    }

    @Override
    public void close() {
        try {
            Deadline.within(
                    PATIENCE_TO_CLOSE,
                    () -> {
                        closeQuietly(connector);
                        return connector;
                    },
                    late -> {});
        } catch (TimeoutException | ExecutionException e) {
            // it has been stopped; what it has of us goes by its own clock
            return;
        }
    }
}
