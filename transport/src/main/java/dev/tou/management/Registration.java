// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.management;

import java.lang.management.ManagementFactory;
import java.util.function.Function;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import dev.tou.telemetry.SnapshotRequest;
import dev.tou.telemetry.TransportSnapshot;

/** Puts the bean on the platform's MBean server. Apart, so that nothing else fails to load in a runtime without one. */
final class Registration {

    private static final String NAME = "dev.tou:type=Transport";

    /** How many copies of this class, of as many class loaders, have a name of their own. */
    private static final int MOST_COPIES = 64;

    private static ObjectName registered;

    private Registration() {}

    /** Registers the bean, unless it is. */
    static void begin(Function<SnapshotRequest, TransportSnapshot> source) throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (int copy = 1; registered == null && copy <= MOST_COPIES; copy++) {
            ObjectName name = new ObjectName(copy == 1 ? NAME : NAME + ",copy=" + copy);
            try {
                registered =
                        server.registerMBean(new TransportBean(source), name).getObjectName();
            } catch (InstanceAlreadyExistsException ofAnotherClassLoader) {
                continue;
            }
        }
        mark();
    }

    /** Takes the bean away, and the mark with the last one. */
    static void end() throws JMException {
        if (registered != null) {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            server.unregisterMBean(registered);
            registered = null;
            if (!isAnyThere(server)) {
                System.clearProperty(Publication.MARK);
                // A copy of this class may have registered its bean in between.
                if (isAnyThere(server)) {
                    mark();
                }
            }
        }
    }

    private static boolean isAnyThere(MBeanServer server) throws JMException {
        return !server.queryNames(new ObjectName(NAME + ",*"), null).isEmpty();
    }

    private static void mark() {
        System.setProperty(Publication.MARK, NAME);
    }
}
