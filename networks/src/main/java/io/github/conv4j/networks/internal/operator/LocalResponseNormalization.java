package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Divides each number by {@code (bias + alpha / size * Σ x^2)^beta}, with the sum over so many
 * neighbouring channels around it; pixels are rows of channels.
 *
 * <p><b>Memory.</b> dst may be src.
 */
public final class LocalResponseNormalization extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 2;

  private final int channels;
  private final int size;
  private final float alpha;
  private final float beta;
  private final float bias;
  private final UnaryLoop square;
  private final UnaryLoop linear;
  private final UnaryLoop log;
  private final UnaryLoop exp;
  private final BinaryLoop add;
  private final BinaryLoop mul;

  /**
   * Plans a normalization.
   *
   * @param size how many channels a sum is over; of an even number one more is behind
   */
  public LocalResponseNormalization(
      long pixels, int channels, int size, float alpha, float beta, float bias, int threads) {
    super(Sizes.positive(pixels, "pixels"), ELEMENT_NANOS * channels, threads);
    Sizes.product("src", pixels, channels);
    this.channels = channels;
    this.size = Sizes.positive(size, "size");
    this.alpha = alpha;
    this.beta = beta;
    this.bias = bias;
    Loops loops = Loops.current();
    this.square = loops.unary(UnaryFunction.SQUARE);
    this.linear = loops.unary(UnaryFunction.LINEAR);
    this.log = loops.unary(UnaryFunction.LOG);
    this.exp = loops.unary(UnaryFunction.EXP);
    this.add = loops.binary(BinaryFunction.ADD);
    this.mul = loops.binary(BinaryFunction.MUL);
  }

  /** The squares between zeros, then the sums. */
  @Override
  public long scratchpadByteSize() {
    return (2L * channels + size - 1) * Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long i = 0; i < channels + size - 1L; i++) {
        scratchpad.setAtIndex(JAVA_FLOAT_UNALIGNED, i, 0);
      }
      for (long pixel = begin; pixel < end; pixel++) {
        run(src, dst, pixel * channels, scratchpad);
      }
    };
  }

  private void run(MemorySegment src, MemorySegment dst, long at, MemorySegment scratchpad) {
    long sums = channels + size - 1L;
    square.run(src, at, scratchpad, (size - 1) / 2, channels, 0, 0);
    linear.run(scratchpad, 0, scratchpad, sums, channels, 1, 0);
    for (int i = 1; i < size; i++) {
      add.run(scratchpad, sums, scratchpad, i, scratchpad, sums, channels);
    }
    linear.run(scratchpad, sums, scratchpad, sums, channels, alpha / size, bias);
    log.run(scratchpad, sums, scratchpad, sums, channels, 0, 0);
    linear.run(scratchpad, sums, scratchpad, sums, channels, -beta, 0);
    exp.run(scratchpad, sums, scratchpad, sums, channels, 0, 0);
    mul.run(src, at, scratchpad, sums, dst, at, channels);
  }
}
