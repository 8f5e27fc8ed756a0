/**
 * Prepared computations that are given their memory, and programs of several that follow each
 * other. Knows bytes only: neither tensors nor engines.
 */
@NullMarked
package io.github.conv4j.internal.primitive;

import org.jspecify.annotations.NullMarked;
