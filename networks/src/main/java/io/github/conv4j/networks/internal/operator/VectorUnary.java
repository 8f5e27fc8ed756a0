package io.github.conv4j.networks.internal.operator;

import jdk.incubator.vector.FloatVector;

/** A function of a vector. */
@FunctionalInterface
interface VectorUnary {
  FloatVector apply(FloatVector x, FloatVector alpha, FloatVector beta);
}
