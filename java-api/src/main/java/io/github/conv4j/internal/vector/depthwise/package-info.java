/**
 * Groups of few channels, depthwise above all, whose lanes are channels and whose source is read
 * from memory in place.
 */
@NullMarked
package io.github.conv4j.internal.vector.depthwise;

import org.jspecify.annotations.NullMarked;
