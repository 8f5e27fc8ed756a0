package io.github.conv4j.onednn;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.TensorSpec;

/** The element types of a primitive's tensors. */
enum PrimitiveTypes {
  /** Floats. */
  F32(DataType.F32, DataType.F32),
  /** Unsigned times signed bytes; their exact sums become floats. */
  BYTES(DataType.U8, DataType.S8);

  private final DataType src;
  private final DataType weights;

  PrimitiveTypes(DataType src, DataType weights) {
    this.src = src;
    this.weights = weights;
  }

  /** The types of a primitive that reads a tensor. */
  static PrimitiveTypes of(TensorSpec src) {
    return switch (src.dataType()) {
      case F32 -> F32;
      case U8 -> BYTES;
      default -> throw new IllegalArgumentException("no primitive reads " + src);
    };
  }

  DataType src() {
    return src;
  }

  DataType weights() {
    return weights;
  }

  /** Always floats: sums of bytes pass through them inside of the kernels as well. */
  DataType dst() {
    return DataType.F32;
  }
}
