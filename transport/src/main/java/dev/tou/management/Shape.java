// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.management;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.management.openmbean.ArrayType;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;

/**
 * How values of a class are written as composite data: the items with their names, units and a sentence each. The sentence is
 * the item's description, too, so that any console shows it.
 *
 * @param <T> what is written
 */
final class Shape<T> {

    /** One item. */
    record Item<T>(String name, String unit, String sentence, OpenType<?> type, Function<? super T, ?> value) {}

    private final String name;
    private final String sentence;
    private final List<Item<T>> items = new ArrayList<>();
    private CompositeType type;

    Shape(String name, String sentence) {
        this.name = name;
        this.sentence = sentence;
    }

    Shape<T> text(String item, String itemSentence, Function<? super T, String> value) {
        return add(item, "", itemSentence, SimpleType.STRING, value);
    }

    Shape<T> flag(String item, String itemSentence, Function<? super T, Boolean> value) {
        return add(item, "", itemSentence, SimpleType.BOOLEAN, value);
    }

    /** A whole number, or null where there is none. */
    Shape<T> number(String item, String unit, String itemSentence, Function<? super T, Long> value) {
        return add(item, unit, itemSentence, SimpleType.LONG, value);
    }

    Shape<T> texts(String item, String itemSentence, Function<? super T, List<String>> value) {
        return add(
                item,
                "",
                itemSentence,
                arrayOf(SimpleType.STRING),
                of -> value.apply(of).toArray(String[]::new));
    }

    <P> Shape<T> part(String item, String itemSentence, Shape<P> shape, Function<? super T, ? extends P> value) {
        return add(item, "", itemSentence, shape.type(), of -> shape.write(value.apply(of)));
    }

    <P> Shape<T> parts(String item, String itemSentence, Shape<P> shape, Function<? super T, List<P>> value) {
        return add(item, "", itemSentence, arrayOf(shape.type()), of -> shape.writeAll(value.apply(of)));
    }

    private Shape<T> add(
            String item, String unit, String itemSentence, OpenType<?> itemType, Function<? super T, ?> value) {
        items.add(new Item<>(item, unit, itemSentence, itemType, value));
        return this;
    }

    /** {@return an array of a type} */
    static OpenType<?> arrayOf(OpenType<?> element) {
        try {
            return new ArrayType<>(1, element);
        } catch (OpenDataException e) {
            throw new IllegalArgumentException(element.toString(), e);
        }
    }

    String name() {
        return name;
    }

    List<Item<T>> items() {
        return items;
    }

    /** {@return the type, after which there are no more items} */
    CompositeType type() {
        if (type == null) {
            try {
                type = new CompositeType(
                        "dev.tou." + name,
                        sentence,
                        items.stream().map(Item::name).toArray(String[]::new),
                        items.stream().map(Item::sentence).toArray(String[]::new),
                        items.stream().map(Item::type).toArray(OpenType<?>[]::new));
            } catch (OpenDataException e) {
                throw new IllegalArgumentException(name, e);
            }
        }
        return type;
    }

    CompositeData write(T of) {
        String[] names = new String[items.size()];
        Object[] values = new Object[items.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = items.get(i).name();
            values[i] = items.get(i).value().apply(of);
        }
        try {
            return new CompositeDataSupport(type(), names, values);
        } catch (OpenDataException e) {
            throw new IllegalArgumentException(name + ": " + of, e);
        }
    }

    CompositeData[] writeAll(List<T> all) {
        return all.stream().map(this::write).toArray(CompositeData[]::new);
    }
}
