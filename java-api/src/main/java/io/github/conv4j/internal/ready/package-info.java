/**
 * What brings code to speed before it is needed: compiled by the JIT compiler, its memory touched.
 */
@NullMarked
package io.github.conv4j.internal.ready;

import org.jspecify.annotations.NullMarked;
