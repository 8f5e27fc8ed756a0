package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/**
 * {@code dst[r, i] = (src[r, i] - mean(src[r])) / sqrt(variance(src[r]) + epsilon) * scale[i] +
 * bias[i]}: operands are scale and bias.
 */
public final class LayerNormalization extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.6;

  private final int size;
  private final float epsilon;
  private final FoldLoop sum;
  private final FoldLoop squares;
  private final UnaryLoop normalize;
  private final BinaryLoop product;
  private final BinaryLoop add;

  /** Plans the normalization of rows of {@code size} numbers. */
  public LayerNormalization(long rows, int size, float epsilon, int threads) {
    super(rows, ELEMENT_NANOS * size, threads);
    Sizes.product("rows, size", rows, size);
    this.size = size;
    this.epsilon = epsilon;
    Loops loops = Loops.current();
    this.sum = loops.fold(FoldFunction.SUM);
    this.squares = loops.fold(FoldFunction.SUM_OF_SQUARES);
    this.normalize = loops.unary(UnaryFunction.NORMALIZE);
    this.product = loops.binary(BinaryFunction.MUL);
    this.add = loops.binary(BinaryFunction.ADD);
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, operands) -> {
      for (long row = begin; row < end; row++) {
        long at = row * size;
        float mean = sum.row(src, at, size, 0) / size;
        double variance = (double) squares.row(src, at, size, mean) / size;
        normalize.run(src, at, dst, at, size, mean, (float) (1 / Math.sqrt(variance + epsilon)));
        product.run(dst, at, operands[0], 0, dst, at, size);
        add.run(dst, at, operands[1], 0, dst, at, size);
      }
    };
  }
}
