/**
 * The fast forms of the operators around convolutions. Each is a {@link
 * io.github.conv4j.internal.primitive.Primitive} over dense row-major arrays of floats and is told
 * plain numbers; none knows a graph, a tensor or an engine.
 *
 * <p><b>Memory.</b> Runs allocate nothing. Segments may lie on or off the heap, at any multiple of
 * four bytes; a destination overlaps no source unless an operator says that it works in place.
 *
 * <p><b>Threads.</b> Operators are immutable, and each thread runs them through a binding of its
 * own. Where an operator is large enough to be shared it comes in parts.
 */
@NullMarked
package io.github.conv4j.networks.internal.operator;

import org.jspecify.annotations.NullMarked;
