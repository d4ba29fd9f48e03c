// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.kernel;

import java.io.Serializable;
import java.util.concurrent.Callable;

/**
 * What is done in the kernel's namespace, by the process there: a lambda that the test writes in place. It is serialized, so
 * it may use what can be, and static methods.
 *
 * @param <T> the type of its result, which is serialized too
 */
@FunctionalInterface
interface KernelTask<T> extends Callable<T>, Serializable {}
