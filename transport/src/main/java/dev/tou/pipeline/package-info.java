// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/**
 * The six stages on a UDP channel's pipeline, in the order of RFC 9293 section 3.10.7: what a segment passes on its way in and
 * out. Handlers decide order and side effects; the rules are in the packages below.
 */
package dev.tou.pipeline;
