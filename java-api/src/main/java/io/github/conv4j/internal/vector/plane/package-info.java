/**
 * Convolutions of planes, whose lanes are neighbouring pixels: direct ones through a panel, and
 * depthwise ones.
 */
@NullMarked
package io.github.conv4j.internal.vector.plane;

import org.jspecify.annotations.NullMarked;
