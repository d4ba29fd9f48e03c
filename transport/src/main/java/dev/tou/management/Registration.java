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
        System.setProperty(Publication.MARK, NAME);
    }

    /** Takes the bean away. */
    static void end() throws JMException {
        if (registered != null) {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(registered);
            registered = null;
        }
    }
}
