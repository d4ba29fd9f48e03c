// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.bench.inspect;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import javax.management.openmbean.CompositeData;

/** A process whose transport says that it can be looked at, and throws when it is; it ends with its standard input. */
public final class BrokenBean {

    private BrokenBean() {}

    /** As the transport's bean is. */
    public interface Look {

        CompositeData[] getWords();

        CompositeData[] look(String[] states, String address, int port, int most, long patienceMillis);
    }

    public static void main(String[] arguments) throws IOException, JMException {
        Look broken = new Look() {
            @Override
            public CompositeData[] getWords() {
                return new CompositeData[0];
            }

            @Override
            public CompositeData[] look(String[] states, String address, int port, int most, long patienceMillis) {
                throw new IllegalStateException("on purpose, by a test");
            }
        };
        ManagementFactory.getPlatformMBeanServer()
                .registerMBean(new StandardMBean(broken, Look.class), new ObjectName("dev.tou:type=Transport"));
        System.setProperty("dev.tou.mbean", "dev.tou:type=Transport");
        System.out.println("ready");
        System.in.read();
    }
}
