package io.github.conv4j.networks.internal.operator;

import jdk.incubator.vector.FloatVector;

/** A function of two vectors. */
@FunctionalInterface
interface VectorBinary {
  FloatVector apply(FloatVector a, FloatVector b);
}
