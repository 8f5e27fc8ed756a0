package io.github.conv4j.networks.internal.operator;

import jdk.incubator.vector.FloatVector;

/**
 * A fold in each lane.
 *
 * @param step adds one vector to what was folded so far
 * @param function the same on numbers
 */
record VectorFold(Step step, VectorBinary combine, FoldFunction function) {
  /** Returns what {@code sum} becomes with one vector more. */
  @FunctionalInterface
  interface Step {
    FloatVector apply(FloatVector sum, FloatVector x, FloatVector alpha);
  }
}
