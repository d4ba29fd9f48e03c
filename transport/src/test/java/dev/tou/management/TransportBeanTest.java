// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.management;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import javax.management.openmbean.ArrayType;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenMBeanInfo;
import javax.management.openmbean.OpenMBeanOperationInfo;

import dev.tou.state.TcpState;
import dev.tou.telemetry.CongestionState;
import dev.tou.telemetry.ConnectionSnapshot;
import dev.tou.telemetry.DropReason;
import dev.tou.telemetry.Limit;
import dev.tou.telemetry.ListenerSnapshot;
import dev.tou.telemetry.LoopSnapshot;
import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.SocketSnapshot;
import dev.tou.telemetry.TcpFigure;
import dev.tou.telemetry.TcpInfo;
import dev.tou.telemetry.TransportSnapshot;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The bean as a console sees it: open types only, each item with its sentence. */
class TransportBeanTest {

    private static final InetSocketAddress HERE = new InetSocketAddress("192.0.2.1", 7000);
    private static final InetSocketAddress THERE = new InetSocketAddress("2001:db8::1", 40_000);
    private static final String[] LOOK = {String[].class.getName(), String.class.getName(), "int", "int", "long"};

    private final List<SnapshotRequest> requests = new ArrayList<>();
    private final TransportBean bean = new TransportBean(request -> {
        requests.add(request);
        return snapshot();
    });

    private static TransportSnapshot snapshot() {
        long[] figures = new long[TcpFigure.values().length];
        Arrays.setAll(figures, i -> 1000 + i);
        figures[TcpFigure.SSTHRESH.ordinal()] = Long.MAX_VALUE;
        TcpInfo info = new TcpInfo(
                TcpState.CLOSE_WAIT, CongestionState.OPEN, Limit.RECEIVE_WINDOW, "cubic", "ts sack", figures);
        ConnectionSnapshot connection = new ConnectionSnapshot(HERE, THERE, 7000, 41_000, true, false, 5_000, info);
        return new TransportSnapshot(List.of(
                new LoopSnapshot(
                        "loop-1",
                        LoopSnapshot.Answer.COMPLETE,
                        List.of(),
                        Map.of(TcpState.CLOSE_WAIT, 1L, TcpState.TIME_WAIT, 17L),
                        2,
                        4096,
                        Map.of(DropReason.BAD_COOKIE, 9L),
                        List.of(new SocketSnapshot(HERE, null, 1, 17, 0)),
                        List.of(new ListenerSnapshot(HERE, 7000, 3, 128, 4, 1024)),
                        1,
                        List.of(connection)),
                LoopSnapshot.silent("loop-2", List.of("Handler.read(Handler.java:1)"))));
    }

    private CompositeData[] loops() throws Exception {
        return (CompositeData[]) bean.getAttribute("Loops");
    }

    @Test
    void tellsEverythingByItsName() throws Exception {
        CompositeData loop = loops()[0];
        assertThat(loop.get("name")).isEqualTo("loop-1");
        assertThat(loop.get("answer")).isEqualTo("complete");
        assertThat(((CompositeData) loop.get("states")).get("TIME-WAIT")).isEqualTo(17L);
        assertThat(((CompositeData) loop.get("drops")).get("bad_cookie")).isEqualTo(9L);
        assertThat(((CompositeData) loop.get("drops")).get("bad_port")).isEqualTo(0L);
        CompositeData listener = ((CompositeData[]) loop.get("listeners"))[0];
        assertThat(listener.getAll(new String[] {"local", "recv_q", "send_q", "half_open"}))
                .containsExactly("192.0.2.1:7000", 3L, 128L, 4L);
        CompositeData connection = ((CompositeData[]) loop.get("connections"))[0];
        assertThat(connection.getAll(new String[] {"peer", "passive", "state", "limited_by", "ssthresh", "mss"}))
                .containsExactly("[2001:db8::1]:40000", true, "CLOSE-WAIT", "rwnd", null, 1000L);
        for (TcpFigure figure : TcpFigure.values()) {
            assertThat(connection.containsKey(figure.label()))
                    .as(figure.label())
                    .isTrue();
        }
        assertThat(loops()[1].get("answer")).isEqualTo("none");
        assertThat((String[]) loops()[1].get("stack")).containsExactly("Handler.read(Handler.java:1)");
    }

    /** So does what an item is called in another process: whoever reads needs no table of its own. */
    @Test
    void everyItemHasItsSentence() throws Exception {
        List<String> explained = new ArrayList<>();
        for (CompositeData word : (CompositeData[]) bean.getAttribute("Words")) {
            assertThat((String) word.get("sentence")).endsWith(".").hasSizeGreaterThan(8);
            explained.add(word.get("of") + " " + word.get("name"));
        }
        List<String> there = new ArrayList<>();
        collect(
                (CompositeType) ((ArrayType<?>)
                                info().getAttributes()[2].getDescriptor().getFieldValue("openType"))
                        .getElementOpenType(),
                there);
        assertThat(explained).containsExactlyInAnyOrderElementsOf(there).doesNotHaveDuplicates();
    }

    private static void collect(CompositeType type, List<String> items) {
        String shape = type.getTypeName().replace("dev.tou.", "").toLowerCase(java.util.Locale.ROOT);
        for (String item : type.keySet()) {
            items.add(shape + " " + item);
            assertThat(type.getDescription(item)).as(item).endsWith(".");
            var of = type.getType(item) instanceof ArrayType<?> array ? array.getElementOpenType() : type.getType(item);
            if (of instanceof CompositeType part) {
                collect(part, items);
            }
        }
    }

    private javax.management.MBeanInfo info() {
        return bean.getMBeanInfo();
    }

    /** A console has no class of ours, so none may travel. */
    @Test
    void onlyClassesOfTheJdkTravel() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(loops());
            out.writeObject(bean.getAttribute("Words"));
            out.writeObject(info());
        }
        List<String> foreign = new ArrayList<>();
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
            @Override
            protected Class<?> resolveClass(java.io.ObjectStreamClass type) throws IOException, ClassNotFoundException {
                if (type.getName().contains("dev.tou") || type.getName().contains("netty")) {
                    foreign.add(type.getName());
                }
                return super.resolveClass(type);
            }
        }) {
            assertThat((CompositeData[]) in.readObject()).hasSize(2);
            in.readObject();
            assertThat(((OpenMBeanInfo) in.readObject()).getOperations()).hasSize(1);
        }
        assertThat(foreign).isEmpty();
    }

    @Test
    void asksForWhatItIsAskedFor() throws Exception {
        Object[] parameters = {new String[] {"ESTABLISHED", "close-wait"}, "192.0.2.7", 80, 5, 250L};
        assertThat((CompositeData[]) bean.invoke("look", parameters, LOOK)).hasSize(2);
        SnapshotRequest request = requests.get(0);
        assertThat(request.states()).isEqualTo(Set.of(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT));
        assertThat(request.address().getHostAddress()).isEqualTo("192.0.2.7");
        assertThat(request).returns(80, SnapshotRequest::port).returns(5, SnapshotRequest::most);
        assertThat(request.patienceNanos()).isEqualTo(250_000_000L);
        bean.invoke("look", new Object[] {null, null, 0, 1, 1L}, LOOK);
        assertThat(requests.get(1).wants(TcpState.LAST_ACK)).isTrue();
    }

    @Test
    void whatIsLeftOutIsAskedForAsByTheAttribute() throws Exception {
        bean.invoke("look", new Object[5], LOOK);
        bean.getAttribute("Loops");
        assertThat(requests.get(0)).isEqualTo(requests.get(1));
    }

    @Test
    void nothingCanBeChangedAndNothingElseBeAsked() {
        assertThatThrownBy(() -> bean.setAttribute(new Attribute("Loops", 1)))
                .isInstanceOf(AttributeNotFoundException.class);
        assertThatThrownBy(() -> bean.getAttribute("Secrets")).isInstanceOf(AttributeNotFoundException.class);
        assertThatThrownBy(() -> bean.invoke("close", new Object[0], new String[0]))
                .isInstanceOf(ReflectionException.class);
        Object[] wrong = {new String[0], "", 99_999, 1, 1L};
        assertThatThrownBy(() -> bean.invoke("look", wrong, LOOK)).isInstanceOf(MBeanException.class);
        Object[] noState = {new String[] {"ASLEEP"}, "", 0, 1, 1L};
        assertThatThrownBy(() -> bean.invoke("look", noState, LOOK)).isInstanceOf(MBeanException.class);
    }

    @Test
    void aServerTakesIt() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("dev.tou.test:type=Transport");
        server.registerMBean(bean, name);
        try {
            assertThat(server.getAttribute(name, "Schema")).isEqualTo(1);
            assertThat(server.getAttributes(name, new String[] {"Loops", "Nothing"}))
                    .hasSize(1);
            OpenMBeanOperationInfo look =
                    (OpenMBeanOperationInfo) server.getMBeanInfo(name).getOperations()[0];
            assertThat(look.getSignature()).hasSize(LOOK.length);
            assertThat(Arrays.stream(
                                    server.getMBeanInfo(name).getOperations()[0].getSignature())
                            .map(parameter -> parameter.getType().replace("java.lang.Integer", "int"))
                            .map(type -> type.replace("java.lang.Long", "long")))
                    .containsExactly(LOOK);
        } finally {
            server.unregisterMBean(name);
        }
    }
}
