// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.connection;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.tou.telemetry.TransportListener;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Every event passes the guard, and nothing that a listener throws does. */
class GuardedListenerTest {

    private final Reporting reporting = new Reporting((key, failure) -> {});
    private final List<Throwable> failures = new ArrayList<>();

    @Test
    void everyEventReachesTheListenerWithItsArguments() throws Exception {
        List<String> heard = new ArrayList<>();
        TransportListener guarded = new GuardedListener(
                listener((method, arguments) -> {
                    assertThat(reporting.isUnderWay()).isTrue();
                    heard.add(method.getName() + Arrays.toString(arguments));
                }),
                reporting,
                failures::add);
        for (Method event : TransportListener.class.getDeclaredMethods()) {
            Object[] arguments = argumentsOf(event);
            event.invoke(guarded, arguments);
            assertThat(heard).containsExactly(event.getName() + Arrays.toString(arguments));
            heard.clear();
            assertThat(reporting.isUnderWay()).isFalse();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void whatAListenerThrowsEndsHere() throws Exception {
        AssertionError thrown = new AssertionError("by a listener");
        TransportListener guarded = new GuardedListener(
                listener((method, arguments) -> {
                    throw thrown;
                }),
                reporting,
                failures::add);
        for (Method event : TransportListener.class.getDeclaredMethods()) {
            event.invoke(guarded, argumentsOf(event));
            assertThat(failures).as(event.getName()).containsExactly(thrown);
            failures.clear();
            assertThat(reporting.isUnderWay()).isFalse();
        }
    }

    private interface Call {
        void made(Method method, Object[] arguments);
    }

    private static TransportListener listener(Call call) {
        return (TransportListener) Proxy.newProxyInstance(
                TransportListener.class.getClassLoader(),
                new Class<?>[] {TransportListener.class},
                (proxy, method, arguments) -> {
                    call.made(method, arguments);
                    return null;
                });
    }

    // Numbers that differ by place, so that a guard that mixes up two of them is seen.
    private static Object[] argumentsOf(Method event) {
        Object[] arguments = new Object[event.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = event.getParameterTypes()[i];
            if (type.isEnum()) {
                arguments[i] = type.getEnumConstants()[i % type.getEnumConstants().length];
            } else if (type == boolean.class) {
                arguments[i] = i % 2 == 0;
            } else {
                Object one = Array.newInstance(type, 1);
                Array.setInt(one, 0, 10 + i);
                arguments[i] = Array.get(one, 0);
            }
        }
        return arguments;
    }
}
