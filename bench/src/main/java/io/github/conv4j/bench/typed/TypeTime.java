package io.github.conv4j.bench.typed;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What one layer took of one type, and of f32 beside it.
 *
 * @param engine that ran both
 * @param layer the problem of f32
 * @param types src, weights, dst, and what else was permitted
 * @param micros the median of a call
 * @param floatMicros that of f32
 * @param distance the relative L2 distance from the f32 reference; null of sums that stand for
 *     nothing
 * @param implementation what ran
 */
public record TypeTime(
    String engine,
    String layer,
    String types,
    double micros,
    double floatMicros,
    @Nullable Double distance,
    String implementation) {
  /** Returns how many times as fast as f32. */
  public double times() {
    return floatMicros / micros;
  }

  /** Returns the distance, if there is one. */
  public OptionalDouble error() {
    return distance == null ? OptionalDouble.empty() : OptionalDouble.of(distance);
  }
}
