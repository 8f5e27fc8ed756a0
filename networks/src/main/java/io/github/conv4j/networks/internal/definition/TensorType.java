package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.Arrays;
import java.util.Objects;

/**
 * Element type and dimensions of a tensor, all of them known.
 *
 * <p><b>Memory.</b> Holds its dimensions only. <b>Threads.</b> Immutable. <b>Errors.</b> See {@link
 * #TensorType}.
 */
public final class TensorType {
  private final ElementType element;
  private final long[] dims;
  private final long elementCount;
  private final long extent;

  /**
   * Describes a tensor.
   *
   * @param dims none for a scalar
   * @throws IllegalArgumentException if a dimension is negative or their product overflows
   */
  public TensorType(ElementType element, long... dims) {
    this.element = Objects.requireNonNull(element, "element");
    this.dims = dims.clone();
    long product = 1;
    boolean empty = false;
    for (long dim : this.dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "dimensions must be at least 0 but are " + Arrays.toString(dims));
      }
      empty |= dim == 0;
      try {
        product = Math.multiplyExact(product, Math.max(dim, 1));
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "the product of dimensions %s overflows 64 bits".formatted(Arrays.toString(dims)), e);
      }
    }
    this.extent = product;
    this.elementCount = empty ? 0 : product;
  }

  /** Returns what the elements are. */
  public ElementType element() {
    return element;
  }

  /** Returns the dimensions; empty for a scalar. */
  public long[] dims() {
    return dims.clone();
  }

  /** Returns one dimension. */
  public long dim(int axis) {
    return dims[axis];
  }

  /** Returns how many dimensions there are. */
  public int rank() {
    return dims.length;
  }

  /** Returns how many elements there are. */
  public long elementCount() {
    return elementCount;
  }

  /**
   * Returns the product of the dimensions that are not 0: what limits are held against, so that an
   * empty tensor cannot carry dimensions that overflow elsewhere.
   */
  long extent() {
    return extent;
  }

  /** Returns the same dimensions of other elements. */
  public TensorType of(ElementType other) {
    return new TensorType(other, dims);
  }

  boolean sameDims(TensorType other) {
    return Arrays.equals(dims, other.dims);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorType that && element == that.element && sameDims(that);
  }

  @Override
  public int hashCode() {
    return 31 * element.hashCode() + Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return element + Arrays.toString(dims);
  }
}
