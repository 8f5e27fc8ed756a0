package io.github.conv4j.tensor;

/**
 * The element type of a tensor, under oneDNN's names.
 *
 * <p>Every engine computes {@link #F32}; the others are described here so that shapes, layouts and
 * byte sizes are already right when engines learn them. An engine says so through {@code support}.
 * Slices, reorders and copies from and to segments take every type.
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
  F32(4),
  /** bfloat16: the upper half of a binary32. */
  BF16(2),
  /** IEEE 754 binary16. */
  F16(2),
  /** Signed 8-bit integer. */
  S8(1),
  /** Unsigned 8-bit integer. */
  U8(1),
  /** Signed 32-bit integer. */
  S32(4);

  private final int byteSize;

  DataType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Returns the bytes that one element takes. */
  public int byteSize() {
    return byteSize;
  }
}
