package io.github.conv4j.onednn;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.TensorSpec;

/** The element types of the caller's tensors, and of what a primitive multiplies. */
enum PrimitiveTypes {
  /** Floats. */
  F32(DataType.F32, DataType.F32, DataType.F32),
  /** Unsigned times signed bytes; their exact sums become floats. */
  BYTES(DataType.U8, DataType.S8, DataType.F32),
  /** Bytes whose sums are scaled. */
  BYTES_TO_F32(DataType.U8, DataType.S8, DataType.F32),
  /** Bytes whose scaled sums become unsigned bytes. */
  BYTES_TO_U8(DataType.U8, DataType.S8, DataType.U8),
  /** Bytes whose scaled sums become signed bytes. */
  BYTES_TO_S8(DataType.U8, DataType.S8, DataType.S8),
  /** Short floats, rounded once at the end. */
  BF16(DataType.BF16, DataType.BF16, DataType.BF16),
  /** Short floats, whose sums are not rounded. */
  BF16_TO_F32(DataType.BF16, DataType.BF16, DataType.F32),
  /** Half floats, rounded once at the end. */
  F16(DataType.F16, DataType.F16, DataType.F16),
  /** Half floats, whose sums are not rounded. */
  F16_TO_F32(DataType.F16, DataType.F16, DataType.F32),
  /** The caller's floats, copied to short ones, as fpmath bf16 permits. */
  F32_BY_BF16(DataType.BF16, DataType.BF16, DataType.F32) {
    @Override
    DataType callersSrc() {
      return DataType.F32;
    }

    @Override
    DataType callersWeights() {
      return DataType.F32;
    }
  };

  private final DataType src;
  private final DataType weights;
  private final DataType dst;

  PrimitiveTypes(DataType src, DataType weights, DataType dst) {
    this.src = src;
    this.weights = weights;
    this.dst = dst;
  }

  /** The types of a problem between two tensors. */
  static PrimitiveTypes of(NativeProblem problem, TensorSpec src, TensorSpec dst) {
    if (problem.roundsToBf16()) {
      return F32_BY_BF16;
    }
    for (PrimitiveTypes types : values()) {
      if (types.src == src.dataType()
          && types.dst == dst.dataType()
          && !(types == BYTES && problem.scalesSums())) {
        return types;
      }
    }
    throw new IllegalArgumentException("no primitive reads " + src + " and writes " + dst);
  }

  /** What the primitive reads. */
  DataType src() {
    return src;
  }

  /** What the primitive multiplies src with. */
  DataType weights() {
    return weights;
  }

  /** Floats for sums of bytes, which pass through them inside of the kernels as well. */
  DataType dst() {
    return dst;
  }

  /** Whether sums of bytes are multiplied by one factor a channel before anything else. */
  boolean scalesSums() {
    return this == BYTES_TO_F32 || this == BYTES_TO_U8 || this == BYTES_TO_S8;
  }

  /** What the caller has. */
  DataType callersSrc() {
    return src;
  }

  /** What the caller has. */
  DataType callersWeights() {
    return weights;
  }

  /** Whether what the primitive reads is a copy of another type. */
  boolean convertsSrc() {
    return src != callersSrc();
  }

  /** Whether elements are narrower than those of f32: catch-alls gain nothing by it. */
  boolean isNarrow() {
    return this != F32;
  }
}
