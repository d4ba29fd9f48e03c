// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0

/** What a process tells of its connections to those who look from outside, by JMX: a bean of open types that explains itself. */
package dev.tou.management;
