package io.github.conv4j.tensor;

/**
 * The element type of a tensor, under oneDNN's names.
 *
 * <p>Which types go together in a convolution is what {@link io.github.conv4j.ConvolutionTypes}
 * says, and whether an engine computes them what its {@code support} answers. Slices, reorders and
 * copies from and to segments take every type.
 *
 * <p><b>Memory.</b> Holds none.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * <p><b>Errors.</b> None; what asks for floats refuses tensors of other types with {@link
 * IllegalArgumentException}.
 *
 * @see <a href="https://uxlfoundation.github.io/oneDNN/dev_guide_data_types.html">oneDNN data
 *     types</a>
 */
public enum DataType {
  /** IEEE 754 binary32. */
  F32(4, 0, 0),
  /** bfloat16: the upper half of a binary32. */
  BF16(2, 0, 0),
  /** IEEE 754 binary16. */
  F16(2, 0, 0),
  /** Signed 8-bit integer. */
  S8(1, Byte.MIN_VALUE, Byte.MAX_VALUE),
  /** Unsigned 8-bit integer. */
  U8(1, 0, 255),
  /** Signed 32-bit integer. */
  S32(4, Integer.MIN_VALUE, Integer.MAX_VALUE);

  private final int byteSize;
  private final int least;
  private final int most;

  DataType(int byteSize, int least, int most) {
    this.byteSize = byteSize;
    this.least = least;
    this.most = most;
  }

  /** Returns the bytes that one element takes. */
  public int byteSize() {
    return byteSize;
  }

  /** Tells whether elements are integers, not floating-point numbers. */
  public boolean isInteger() {
    return most > 0;
  }

  /** Returns the least integer of the type; 0 for types of floating-point numbers. */
  public int least() {
    return least;
  }

  /** Returns the largest integer of the type; 0 for types of floating-point numbers. */
  public int most() {
    return most;
  }
}
