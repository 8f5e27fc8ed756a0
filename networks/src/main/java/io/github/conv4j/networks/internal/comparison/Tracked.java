package io.github.conv4j.networks.internal.comparison;

import io.github.conv4j.networks.internal.definition.Values;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Values of the reference, and how far those that an engine would have may be off. */
final class Tracked {
  private final Values values;
  private final double @Nullable [] errors;
  private final boolean constant;

  private Tracked(Values values, double @Nullable [] errors, boolean constant) {
    this.values = values;
    this.errors = errors;
    this.constant = constant;
  }

  /** Values that the graph holds. */
  static Tracked constant(Values values) {
    return new Tracked(values, null, true);
  }

  /** Values that are the same on both sides. */
  static Tracked exact(Values values) {
    return new Tracked(values, null, false);
  }

  /** Values with how far each may be off; null where they are exact. */
  static Tracked of(Values values, double @Nullable [] errors) {
    return new Tracked(values, errors, false);
  }

  Values values() {
    return values;
  }

  boolean isConstant() {
    return constant;
  }

  boolean isExact() {
    return errors == null;
  }

  boolean isReal() {
    return values.type().element().isReal();
  }

  /** Returns how far each value may be off. */
  double[] errors() {
    return errors == null ? new double[values.size()] : errors;
  }

  /** Returns the same shape with other numbers. */
  Values with(double[] numbers) {
    return Values.of(values.type(), numbers);
  }

  /** Returns the errors as values; what is not real stays as it is. */
  Values asErrors() {
    return isReal() ? with(errors()) : values;
  }

  /** Returns the absolute values, each times a factor; what is not real stays as it is. */
  Values magnitudes(double factor) {
    return isReal()
        ? with(Arrays.stream(values.reals()).map(x -> factor * Math.abs(x)).toArray())
        : values;
  }

  /** Returns the values with a share of their errors added; what is not real stays as it is. */
  Values moved(double share) {
    if (!isReal() || isExact()) {
      return values;
    }
    double[] moved = values.reals().clone();
    double[] off = errors();
    Arrays.setAll(moved, i -> moved[i] + share * off[i]);
    return with(moved);
  }

  /** Returns zeros. */
  Values zeros() {
    return isReal() ? with(new double[values.size()]) : values;
  }
}
