// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

import dev.tou.congestion.CongestionControllerFactory;
import dev.tou.congestion.NewReno;
import dev.tou.telemetry.TransportListener;
import dev.tou.telemetry.TransportListenerFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionOptionsTest {

    private static List<Field> fields() {
        List<Field> fields = new ArrayList<>();
        for (Field field : ConnectionOptions.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                fields.add(field);
            }
        }
        return fields;
    }

    private static Object somethingElse(Object value) {
        if (value instanceof Boolean on) {
            return !on;
        }
        if (value instanceof Integer number) {
            return number + 17;
        }
        if (value instanceof Long number) {
            return number + 17;
        }
        if (value instanceof CongestionControllerFactory) {
            return (CongestionControllerFactory) () -> new NewReno(1);
        }
        if (value instanceof TransportListenerFactory) {
            return (TransportListenerFactory) connection -> TransportListener.NONE;
        }
        throw new AssertionError("an option of a new kind: " + value);
    }

    @Test
    void aCopyHasEveryOption() throws ReflectiveOperationException {
        ConnectionOptions options = new ConnectionOptions();
        for (Field field : fields()) {
            field.set(options, somethingElse(field.get(options)));
        }
        ConnectionOptions copy = options.copy();
        for (Field field : fields()) {
            assertThat(field.get(copy)).as(field.getName()).isEqualTo(field.get(options));
        }
    }

    @Test
    void aCopyIsIndependent() throws ReflectiveOperationException {
        ConnectionOptions options = new ConnectionOptions();
        ConnectionOptions copy = options.copy();
        for (Field field : fields()) {
            Object before = field.get(copy);
            field.set(options, somethingElse(field.get(options)));
            assertThat(field.get(copy)).as(field.getName()).isEqualTo(before);
        }
    }

    @Test
    void everyOptionIsSetAndReadByItsName() throws ReflectiveOperationException {
        for (Field field : fields()) {
            ConnectionOptions options = new ConnectionOptions();
            Object value = somethingElse(field.get(options));
            ConnectionOptions.class.getMethod(field.getName(), field.getType()).invoke(options, value);
            assertThat(ConnectionOptions.class.getMethod(field.getName()).invoke(options))
                    .as(field.getName())
                    .isEqualTo(value);
            assertThat(field.get(options)).as(field.getName()).isEqualTo(value);
            assertThat(Modifier.isVolatile(field.getModifiers()))
                    .as("%s is written by any thread", field.getName())
                    .isTrue();
        }
    }
}
