// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.management;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.ReflectionException;
import javax.management.openmbean.OpenMBeanAttributeInfoSupport;
import javax.management.openmbean.OpenMBeanInfoSupport;
import javax.management.openmbean.OpenMBeanOperationInfoSupport;
import javax.management.openmbean.OpenMBeanParameterInfo;
import javax.management.openmbean.OpenMBeanParameterInfoSupport;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;

import dev.tou.state.TcpState;
import dev.tou.telemetry.LoopSnapshot;
import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.TransportSnapshot;

/**
 * The transport of this process as an MBean: it can be looked at, and nothing can be changed. Only open types are used, and each item
 * explains itself, so whoever looks needs no class of ours, nor one of the same version.
 */
final class TransportBean implements DynamicMBean {

    /** Changes when an item changes its meaning or goes; one more item is no change. */
    private static final int SCHEMA = 1;

    private static final String LOOK = "look";

    private final Function<SnapshotRequest, TransportSnapshot> source;

    TransportBean(Function<SnapshotRequest, TransportSnapshot> source) {
        this.source = source;
    }

    @Override
    public Object getAttribute(String attribute) throws AttributeNotFoundException {
        return switch (attribute) {
            case "Schema" -> SCHEMA;
            case "Words" -> Shapes.WORD.writeAll(Shapes.words());
            case "Loops" -> write(source.apply(SnapshotRequest.ALL));
            default -> throw new AttributeNotFoundException(attribute);
        };
    }

    private static Object write(TransportSnapshot snapshot) {
        List<LoopSnapshot> loops = snapshot.loops();
        return Shapes.LOOP.writeAll(loops);
    }

    @Override
    public AttributeList getAttributes(String[] attributes) {
        AttributeList list = new AttributeList();
        for (String attribute : attributes) {
            try {
                list.add(new Attribute(attribute, getAttribute(attribute)));
            } catch (AttributeNotFoundException unknown) {
                continue; // as this method is specified
            }
        }
        return list;
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException("nothing can be changed: " + attribute.getName());
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] parameters, String[] signature)
            throws MBeanException, ReflectionException {
        if (!action.equals(LOOK) || parameters.length != 5) {
            throw new ReflectionException(new NoSuchMethodException(action), "there is " + LOOK + " only");
        }
        try {
            return write(source.apply(request(parameters)));
        } catch (IllegalArgumentException | UnknownHostException wrong) {
            throw new MBeanException(wrong, wrong.getMessage());
        }
    }

    private static SnapshotRequest request(Object... parameters) throws UnknownHostException {
        String[] names = (String[]) parameters[0];
        String address = (String) parameters[1];
        return new SnapshotRequest(
                states(names == null ? new String[0] : names),
                address == null || address.isEmpty() ? null : InetAddress.getByName(address),
                parameters[2] == null ? SnapshotRequest.ALL.port() : (Integer) parameters[2],
                parameters[3] == null ? SnapshotRequest.ALL.most() : (Integer) parameters[3],
                parameters[4] == null
                        ? SnapshotRequest.ALL.patienceNanos()
                        : TimeUnit.MILLISECONDS.toNanos((Long) parameters[4]));
    }

    private static Set<TcpState> states(String... names) {
        Set<TcpState> states = EnumSet.noneOf(TcpState.class);
        for (String name : names) {
            states.add(TcpState.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')));
        }
        return states;
    }

    // --- what there is ---

    @Override
    public MBeanInfo getMBeanInfo() {
        OpenType<?> loops = Shape.arrayOf(Shapes.LOOP.type());
        OpenMBeanAttributeInfoSupport[] attributes = {
            attribute("Schema", "Changes when an item changes its meaning or goes.", SimpleType.INTEGER),
            attribute("Words", "A sentence about every item.", Shape.arrayOf(Shapes.WORD.type())),
            attribute("Loops", "Everything, with up to a thousand connections of each event loop.", loops)
        };
        OpenMBeanParameterInfo[] parameters = {
            parameter(
                    "states",
                    "States of connections, such as ESTABLISHED; none for all.",
                    Shape.arrayOf(SimpleType.STRING)),
            parameter("address", "An IP address of either end; none for all.", SimpleType.STRING),
            parameter("port", "A TCP port of either end; 0, or none, for all.", SimpleType.INTEGER),
            parameter("most", "How many connections of each event loop at most; none for 1000.", SimpleType.INTEGER),
            parameter(
                    "patienceMillis", "How long event loops may take, in milliseconds; none for 1000.", SimpleType.LONG)
        };
        OpenMBeanOperationInfoSupport look = new OpenMBeanOperationInfoSupport(
                LOOK, "What was asked for, of each event loop.", parameters, loops, MBeanOperationInfo.INFO);
        return new OpenMBeanInfoSupport(
                TransportBean.class.getName(),
                "The TCP connections over UDP of this process (tou).",
                attributes,
                null,
                new OpenMBeanOperationInfoSupport[] {look},
                null);
    }

    private static OpenMBeanAttributeInfoSupport attribute(String name, String sentence, OpenType<?> type) {
        return new OpenMBeanAttributeInfoSupport(name, sentence, type, true, false, false);
    }

    private static OpenMBeanParameterInfo parameter(String name, String sentence, OpenType<?> type) {
        return new OpenMBeanParameterInfoSupport(name, sentence, type);
    }
}
