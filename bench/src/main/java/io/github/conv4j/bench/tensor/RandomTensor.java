package io.github.conv4j.bench.tensor;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/** Inputs by chance: reals as normalized pictures have them, small integers otherwise. */
public final class RandomTensor {
  private RandomTensor() {}

  /**
   * Returns a tensor: reals from -1 to 1, bytes of any level, other integers 0 or 1.
   *
   * @throws IllegalArgumentException if it has more than 2^31 - 1 bytes
   */
  public static Constant of(ElementType type, long[] dims, long seed) {
    long count = 1;
    for (long dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    long byteSize = Math.multiplyExact(count, type.byteSize());
    if (byteSize > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "%,d elements are too many for an input by chance".formatted(count));
    }
    MemorySegment data = MemorySegment.ofArray(new byte[(int) byteSize]);
    var random = new Random(seed);
    for (long i = 0; i < count; i++) {
      write(data, type, i, random);
    }
    return new Constant(type, dims, data);
  }

  private static void write(MemorySegment data, ElementType type, long index, Random random) {
    switch (type) {
      case FLOAT -> data.setAtIndex(little(ValueLayout.JAVA_FLOAT_UNALIGNED), index, real(random));
      case DOUBLE ->
          data.setAtIndex(
              ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
              index,
              real(random));
      case FLOAT16 -> data.setAtIndex(SHORT, index, Float.floatToFloat16(real(random)));
      case BFLOAT16 ->
          data.setAtIndex(SHORT, index, (short) (Float.floatToRawIntBits(real(random)) >>> 16));
      case UINT8 -> data.set(ValueLayout.JAVA_BYTE, index, (byte) random.nextInt(256));
      // The lowest byte comes first; all others are 0.
      default -> data.set(ValueLayout.JAVA_BYTE, index * type.byteSize(), (byte) random.nextInt(2));
    }
  }

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static ValueLayout.OfFloat little(ValueLayout.OfFloat layout) {
    return layout.withOrder(ByteOrder.LITTLE_ENDIAN);
  }

  private static float real(Random random) {
    return 2 * random.nextFloat() - 1;
  }
}
