package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/**
 * Gives the numbers of each row a mean of 0 and a variance of 1, then multiplies with operand 0 and
 * adds operand 1, where there is one, which are as long as a row.
 *
 * <p><b>Memory.</b> dst may be src.
 */
public final class LayerNormalization extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.8;

  private final long rows;
  private final int rowSize;
  private final float epsilon;
  private final boolean addsBias;
  private final int unitRows;
  private final FoldLoop sum;
  private final FoldLoop squares;
  private final UnaryLoop normalize;
  private final BinaryLoop mul;
  private final BinaryLoop add;

  /**
   * Plans a normalization.
   *
   * @param epsilon added to the variance
   * @param addsBias whether there is an operand 1
   */
  public LayerNormalization(long rows, int rowSize, float epsilon, boolean addsBias, int threads) {
    super(
        Math.ceilDiv(rows, unitRows(rows, rowSize)),
        ELEMENT_NANOS * rowSize * unitRows(rows, rowSize),
        threads);
    this.rows = rows;
    this.rowSize = rowSize;
    this.epsilon = epsilon;
    this.addsBias = addsBias;
    this.unitRows = unitRows(rows, rowSize);
    Loops loops = Loops.current();
    this.sum = loops.fold(FoldFunction.SUM);
    this.squares = loops.fold(FoldFunction.SUM_OF_SQUARES);
    this.normalize = loops.unary(UnaryFunction.NORMALIZE);
    this.mul = loops.binary(BinaryFunction.MUL);
    this.add = loops.binary(BinaryFunction.ADD);
  }

  /** So many short rows are multiplied at once. */
  private static int unitRows(long rows, int rowSize) {
    Sizes.product("rows", rows, rowSize);
    return (int) Math.clamp(Chunks.LENGTH / rowSize, 1, rows);
  }

  private boolean repeats() {
    return unitRows > 1;
  }

  @Override
  public long scratchpadByteSize() {
    return repeats() ? 2L * unitRows * rowSize * Float.BYTES : 0;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    int length = unitRows * rowSize;
    return (begin, end, src, dst, operands) -> {
      MemorySegment scale = operands[0];
      MemorySegment bias = addsBias ? operands[1] : scale;
      int biasAt = 0;
      if (repeats()) {
        Chunks.repeat(scale, 0, rowSize, scratchpad, 0, length);
        Chunks.repeat(bias, 0, rowSize, scratchpad, length, length);
        scale = scratchpad;
        bias = scratchpad;
        biasAt = length;
      }
      for (long unit = begin; unit < end; unit++) {
        long at = unit * length;
        int count = (int) Math.min(unitRows, rows - unit * unitRows);
        for (int r = 0; r < count; r++) {
          normalize(src, dst, at + (long) r * rowSize);
        }
        mul.run(dst, at, scale, 0, dst, at, count * rowSize);
        if (addsBias) {
          add.run(dst, at, bias, biasAt, dst, at, count * rowSize);
        }
      }
    };
  }

  private void normalize(MemorySegment src, MemorySegment dst, long at) {
    float mean = (float) (Reduction.fold(sum, src, at, rowSize, FoldFunction.SUM) / rowSize);
    double total = Reduction.fold(squares, src, at, rowSize, FoldFunction.SUM_OF_SQUARES, mean);
    float factor = (float) (1 / Math.sqrt(total / rowSize + epsilon));
    normalize.run(src, at, dst, at, rowSize, mean, factor);
  }
}
