package io.github.conv4j.networks.internal.comparison;

import io.github.conv4j.networks.internal.definition.Values;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Values of the reference, and how far those that an engine would have may be off. */
final class Tracked {
  /** Further off than any integer that is quantized. */
  private static final long MOST_INTEGER = 1L << 32;

  private final Values values;
  private final double @Nullable [] errors;
  private final boolean constant;
  private final boolean scaledIntegers;
  private final long products;

  private Tracked(
      Values values,
      double @Nullable [] errors,
      boolean constant,
      boolean scaledIntegers,
      long products) {
    this.values = values;
    this.errors = errors;
    this.constant = constant;
    this.scaledIntegers = scaledIntegers;
    this.products = products;
  }

  /** Values that the graph holds. */
  static Tracked constant(Values values) {
    return new Tracked(values, null, true, false, 0);
  }

  /** Values that are the same on both sides. */
  static Tracked exact(Values values) {
    return new Tracked(values, null, false, false, 0);
  }

  /**
   * Values with how far each may be off.
   *
   * @param errors null where they are exact
   * @param products of {@link #products}
   */
  static Tracked of(Values values, double @Nullable [] errors, long products) {
    return new Tracked(values, errors, false, false, products);
  }

  /** Returns the same as what follows from constants alone: it may be folded. */
  Tracked asConstant() {
    return new Tracked(values, errors, true, scaledIntegers, products);
  }

  /** Returns the same as floats that no engine has: it computes with the integers they are of. */
  Tracked asScaledIntegers() {
    return new Tracked(values, errors, constant, true, products);
  }

  /** Whether an engine has these floats only as integers with a scale. */
  boolean areScaledIntegers() {
    return scaledIntegers;
  }

  /** Returns of how many products each value is the sum, up to scales and shifts; 0 if of none. */
  long products() {
    return products;
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

  /** Returns the errors as values; integers that may be shapes or indices stay as they are. */
  Values asErrors() {
    if (isReal()) {
      return with(errors());
    }
    return isByte() ? integers(errors()) : values;
  }

  /** Whether these are integers of 8 bits: quantized values, never shapes. */
  private boolean isByte() {
    return values.type().element().isInteger() && values.type().element().byteSize() == 1;
  }

  private Values integers(double[] numbers) {
    long[] integers = new long[numbers.length];
    Arrays.setAll(integers, i -> Math.clamp((long) numbers[i], -MOST_INTEGER, MOST_INTEGER));
    return Values.of(values.type(), integers);
  }

  /** Returns the absolute values, each times a factor; what is not real stays as it is. */
  Values magnitudes(double factor) {
    return isReal()
        ? with(Arrays.stream(values.reals()).map(x -> factor * Math.abs(x)).toArray())
        : values;
  }

  /** Returns the values with a share of their errors added; of integers, those of 8 bits. */
  Values moved(double share) {
    if (!(isReal() || isByte()) || isExact()) {
      return values;
    }
    double[] moved = values.asReals().clone();
    double[] off = errors();
    Arrays.setAll(moved, i -> moved[i] + share * off[i]);
    return isReal() ? with(moved) : integers(moved);
  }

  /** Returns zeros. */
  Values zeros() {
    return isReal() ? with(new double[values.size()]) : values;
  }
}
