package io.github.conv4j.onednn;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.TensorSpec;

/** The element types of a primitive's tensors. */
enum PrimitiveTypes {
  /** Floats. */
  F32(DataType.F32, DataType.F32, DataType.F32),
  /** Unsigned times signed bytes; their exact sums become floats. */
  BYTES(DataType.U8, DataType.S8, DataType.F32),
  /** Short floats, rounded once at the end. */
  BF16(DataType.BF16, DataType.BF16, DataType.BF16),
  /** Short floats, whose sums are not rounded. */
  BF16_TO_F32(DataType.BF16, DataType.BF16, DataType.F32),
  /** Half floats, rounded once at the end. */
  F16(DataType.F16, DataType.F16, DataType.F16),
  /** Half floats, whose sums are not rounded. */
  F16_TO_F32(DataType.F16, DataType.F16, DataType.F32);

  private final DataType src;
  private final DataType weights;
  private final DataType dst;

  PrimitiveTypes(DataType src, DataType weights, DataType dst) {
    this.src = src;
    this.weights = weights;
    this.dst = dst;
  }

  /** The types of a primitive that reads one tensor and writes another. */
  static PrimitiveTypes of(TensorSpec src, TensorSpec dst) {
    for (PrimitiveTypes types : values()) {
      if (types.src == src.dataType() && types.dst == dst.dataType()) {
        return types;
      }
    }
    throw new IllegalArgumentException("no primitive reads " + src + " and writes " + dst);
  }

  DataType src() {
    return src;
  }

  DataType weights() {
    return weights;
  }

  /** Floats for sums of bytes, which pass through them inside of the kernels as well. */
  DataType dst() {
    return dst;
  }

  /** Whether elements are narrower than those of f32: catch-alls gain nothing by it. */
  boolean isNarrow() {
    return this != F32;
  }
}
