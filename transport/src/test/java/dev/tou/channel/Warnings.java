// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What a class warns of in the log, as long as this is open; the console stays silent about it. Netty logs to the JDK's loggers
 * where there are no others.
 */
final class Warnings implements AutoCloseable {

    private final Logger logger;
    private final List<String> heard = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel() == Level.WARNING) {
                heard.add(entry.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** @param className the class that warns */
    Warnings(String className) {
        logger = Logger.getLogger(className);
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    /** {@return the warnings since this was last asked} */
    List<String> take() {
        List<String> taken = List.copyOf(heard);
        heard.clear();
        return taken;
    }

    @Override
    public void close() {
        logger.setUseParentHandlers(true);
        logger.removeHandler(handler);
    }
}
