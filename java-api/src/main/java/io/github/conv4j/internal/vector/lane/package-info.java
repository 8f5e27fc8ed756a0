/**
 * Groups of few channels through a panel in which each lane, an output channel, has a source value
 * of its own.
 */
@NullMarked
package io.github.conv4j.internal.vector.lane;

import org.jspecify.annotations.NullMarked;
