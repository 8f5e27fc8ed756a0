package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Gives the numbers of each group of channels of an image, {@code [n, spatial, c]} channels-last, a
 * mean of 0 and a variance of 1, then multiplies each channel with its element of operand 0 and
 * adds that of operand 1. With as many groups as channels this is instance normalization.
 *
 * <p><b>Memory.</b> dst may be src.
 */
public final class GroupNormalization extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 1.5;

  /** So many channels are worth a call for each pixel. */
  private static final int BLOCK_CHANNELS = 64;

  private final int spatialSize;
  private final int channels;
  private final int groupSize;
  private final float epsilon;
  private final int blockSize;
  private final FoldLoop sum;
  private final FoldLoop squares;
  private final BinaryLoop sub;
  private final BinaryLoop mul;
  private final BinaryLoop add;

  /**
   * Plans a normalization.
   *
   * @param groups how many there are, of equally many neighbouring channels
   * @param epsilon added to the variance
   */
  public GroupNormalization(
      long batch, int spatialSize, int channels, int groups, float epsilon, int threads) {
    super(
        Sizes.positive(batch, "batch") * Math.ceilDiv(channels, blockSize(channels, groups)),
        ELEMENT_NANOS * Sizes.product("image", spatialSize, blockSize(channels, groups)),
        threads);
    Sizes.product("src", batch, spatialSize, channels);
    this.spatialSize = spatialSize;
    this.channels = channels;
    this.groupSize = channels / groups;
    this.epsilon = epsilon;
    this.blockSize = blockSize(channels, groups);
    Loops loops = Loops.current();
    this.sum = loops.fold(FoldFunction.SUM);
    this.squares = loops.fold(FoldFunction.SUM_OF_SQUARES);
    this.sub = loops.binary(BinaryFunction.SUB);
    this.mul = loops.binary(BinaryFunction.MUL);
    this.add = loops.binary(BinaryFunction.ADD);
  }

  /** Whole groups. */
  private static int blockSize(int channels, int groups) {
    Sizes.positive(channels, "channels");
    Sizes.positive(groups, "groups");
    if (channels % groups != 0) {
      throw new IllegalArgumentException(
          "%d channels are no whole number for each of %d groups".formatted(channels, groups));
    }
    int groupSize = channels / groups;
    return Math.min(channels, Math.ceilDiv(BLOCK_CHANNELS, groupSize) * groupSize);
  }

  @Override
  public long scratchpadByteSize() {
    return (long) blockSize * Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    int blocks = Math.ceilDiv(channels, blockSize);
    return (begin, end, src, dst, operands) -> {
      for (long unit = begin; unit < end; unit++) {
        int channel = (int) (unit % blocks) * blockSize;
        long at = unit / blocks * spatialSize * channels + channel;
        int count = Math.min(blockSize, channels - channel);
        run(src, dst, at, count, channel, operands, scratchpad);
      }
    };
  }

  private void run(
      MemorySegment src,
      MemorySegment dst,
      long at,
      int count,
      int channel,
      MemorySegment[] operands,
      MemorySegment perChannel) {
    float share = 1f / spatialSize;
    sum.window(src, at, 1, 0, 1, 0, spatialSize, channels, perChannel, 0, count, 0, share);
    averageGroups(perChannel, count);
    forEachPixel(sub, src, at, perChannel, 0, dst, count);
    squares.window(dst, at, 1, 0, 1, 0, spatialSize, channels, perChannel, 0, count, 0, share);
    averageGroups(perChannel, count);
    for (int c = 0; c < count; c++) {
      double deviation = Math.sqrt(get(perChannel, c) + (double) epsilon);
      put(perChannel, c, (float) (get(operands[0], channel + c) / deviation));
    }
    forEachPixel(mul, dst, at, perChannel, 0, dst, count);
    forEachPixel(add, dst, at, operands[1], channel, dst, count);
  }

  private void averageGroups(MemorySegment perChannel, int count) {
    for (int group = 0; group < count && groupSize > 1; group += groupSize) {
      double total = 0;
      for (int c = 0; c < groupSize; c++) {
        total += get(perChannel, group + c);
      }
      for (int c = 0; c < groupSize; c++) {
        put(perChannel, group + c, (float) (total / groupSize));
      }
    }
  }

  private void forEachPixel(
      BinaryLoop loop,
      MemorySegment src,
      long at,
      MemorySegment perChannel,
      int first,
      MemorySegment dst,
      int count) {
    for (int pixel = 0; pixel < spatialSize; pixel++) {
      long begin = at + (long) pixel * channels;
      loop.run(src, begin, perChannel, first, dst, begin, count);
    }
  }

  private static float get(MemorySegment segment, int at) {
    return segment.getAtIndex(JAVA_FLOAT_UNALIGNED, at);
  }

  private static void put(MemorySegment segment, int at, float value) {
    segment.setAtIndex(JAVA_FLOAT_UNALIGNED, at, value);
  }
}
