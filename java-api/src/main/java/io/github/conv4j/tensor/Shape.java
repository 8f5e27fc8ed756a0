package io.github.conv4j.tensor;

import io.github.conv4j.internal.checks.Checks;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The logical dimensions of a tensor, for activations {@code [n, c, (d,) (h,) w]}.
 *
 * <p>Every dimension is at least 1 and the number of elements, times the widest element, fits 64
 * bits; so sizes computed from a shape cannot overflow.
 *
 * <p><b>Memory.</b> Holds no elements; there may be more than 2<sup>31</sup>.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} for dimensions that are no shape, {@link
 * IndexOutOfBoundsException} for an axis that is not there; both name the shape.
 */
public final class Shape {
  private static final int MAX_RANK = 8;
  private static final long MAX_ELEMENT_COUNT = Long.MAX_VALUE / 64;

  private final long[] dims;
  private final long elementCount;

  private Shape(long[] dims) {
    this.dims = dims;
    long count = 1;
    for (int i = 0; i < dims.length; i++) {
      // The texts cost more than the checks: they are written only where one fails.
      if (dims[i] < 1) {
        Checks.positive(dims[i], "dimension " + i + " of shape " + Arrays.toString(dims));
      }
      if (dims[i] > Long.MAX_VALUE / count) {
        Checks.product(count, dims[i], "element count of shape " + Arrays.toString(dims));
      }
      count *= dims[i];
    }
    if (count > MAX_ELEMENT_COUNT) {
      throw new IllegalArgumentException(
          "shape %s has %d elements but at most %d are addressable"
              .formatted(Arrays.toString(dims), count, MAX_ELEMENT_COUNT));
    }
    this.elementCount = count;
  }

  /**
   * Returns the shape with these dimensions.
   *
   * @throws IllegalArgumentException if there is none or more than 8, one is below 1, or their
   *     product overflows
   */
  public static Shape of(long... dims) {
    Objects.requireNonNull(dims, "dims");
    if (dims.length == 0 || dims.length > MAX_RANK) {
      throw new IllegalArgumentException(
          "a shape has 1 to %d dimensions but got %d".formatted(MAX_RANK, dims.length));
    }
    return new Shape(dims.clone());
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /**
   * Returns one dimension.
   *
   * @throws IndexOutOfBoundsException if {@code axis} is not below {@link #rank()}
   */
  public long dim(int axis) {
    return dims[existing(axis)];
  }

  /** Returns a copy of the dimensions. */
  public long[] dims() {
    return dims.clone();
  }

  /** Returns the product of the dimensions. */
  public long elementCount() {
    return elementCount;
  }

  /**
   * Returns this shape with one dimension replaced.
   *
   * @throws IndexOutOfBoundsException if {@code axis} is not below {@link #rank()}
   * @throws IllegalArgumentException if {@code size} is below 1 or the element count overflows
   */
  public Shape with(int axis, long size) {
    long[] changed = dims.clone();
    changed[existing(axis)] = size;
    return new Shape(changed);
  }

  private int existing(int axis) {
    if (axis < 0 || axis >= dims.length) {
      throw new IndexOutOfBoundsException(
          "shape %s has the axes 0 to %d but axis %d was asked for"
              .formatted(this, dims.length - 1, axis));
    }
    return axis;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Shape that && Arrays.equals(dims, that.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** Returns the dimensions joined by {@code x}, as in {@code 1x64x56x56}. */
  @Override
  public String toString() {
    return Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining("x"));
  }
}
