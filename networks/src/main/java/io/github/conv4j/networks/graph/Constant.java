package io.github.conv4j.networks.graph;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A tensor whose values are part of the graph: weights, shapes, indices.
 *
 * <p><b>Memory.</b> Does not copy: the segment stays as it is while the graph is used. It lies
 * wherever the values were, on the heap, off it or in a mapped file, and at any address: read it
 * with unaligned layouts, such as {@link java.lang.foreign.ValueLayout#JAVA_FLOAT_UNALIGNED}.
 * <b>Threads.</b> Immutable if nobody writes the segment. <b>Errors.</b> See {@link #Constant}.
 */
public final class Constant {
  private final ElementType type;
  private final long[] dims;
  private final MemorySegment data;
  private final long elementCount;

  /**
   * Describes values in row-major order, little endian, densely packed.
   *
   * @param dims none for a scalar
   * @param data as many bytes as the elements take
   * @throws IllegalArgumentException if a dimension is negative, their product overflows, or data
   *     has another size; says both
   */
  public Constant(ElementType type, long[] dims, MemorySegment data) {
    this.type = Objects.requireNonNull(type, "type");
    this.dims = dims.clone();
    this.elementCount = product(this.dims);
    long needed = bytes(elementCount, type, dims);
    if (data.byteSize() != needed) {
      throw new IllegalArgumentException(
          "%s%s takes %d bytes but data has %d"
              .formatted(type, Arrays.toString(dims), needed, data.byteSize()));
    }
    this.data = data.asReadOnly();
  }

  private static long product(long[] dims) {
    long product = 1;
    for (long dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "dimensions must be at least 0 but are " + Arrays.toString(dims));
      }
    }
    for (long dim : dims) {
      if (dim == 0) {
        return 0;
      }
    }
    for (long dim : dims) {
      try {
        product = Math.multiplyExact(product, dim);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "the product of dimensions %s overflows 64 bits".formatted(Arrays.toString(dims)), e);
      }
    }
    return product;
  }

  private static long bytes(long count, ElementType type, long[] dims) {
    try {
      return Math.multiplyExact(count, type.byteSize());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s%s takes more bytes than 64 bits count".formatted(type, Arrays.toString(dims)), e);
    }
  }

  /** Returns a constant of floats. */
  public static Constant of(float[] values, long... dims) {
    return new Constant(ElementType.FLOAT, dims, littleEndian(MemorySegment.ofArray(values)));
  }

  /** Returns a constant of 64-bit integers. */
  public static Constant of(long[] values, long... dims) {
    return new Constant(ElementType.INT64, dims, littleEndian(MemorySegment.ofArray(values)));
  }

  private static MemorySegment littleEndian(MemorySegment segment) {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException("conv4j-networks needs a little-endian processor");
    }
    return segment;
  }

  /** Returns what the elements are. */
  public ElementType type() {
    return type;
  }

  /** Returns the dimensions; empty for a scalar. */
  public long[] dims() {
    return dims.clone();
  }

  /** Returns how many elements there are. */
  public long elementCount() {
    return elementCount;
  }

  /** Returns the bytes, read-only. */
  public MemorySegment data() {
    return data;
  }

  @Override
  public String toString() {
    return type + Arrays.toString(dims);
  }
}
