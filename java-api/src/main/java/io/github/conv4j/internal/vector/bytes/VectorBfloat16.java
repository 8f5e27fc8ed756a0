package io.github.conv4j.internal.vector.bytes;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.tensor.Bfloat16;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Floats of 16 bits made of floats, and floats of these, which lie without gaps on both sides, as
 * {@link Bfloat16} defines them. To loops they are integers, for the reason that {@link
 * VectorBytes} gives; blocks end as they do there.
 */
public final class VectorBfloat16 {
  private static final int INFINITY = 0x7f80_0000;
  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int BELOW_HALF = 0x7fff;

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(VectorWidth.BITS));

  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(VectorWidth.BITS / 2));

  /** Fewer elements are left to other loops. */
  public static final int LEAST = LANES;

  private VectorBfloat16() {}

  /**
   * Makes floats of short ones.
   *
   * @param at where the block begins in src, in elements
   * @param dstAt where it begins in dst, in elements
   * @param count at least {@link #LEAST}
   */
  public static void toFloats(
      MemorySegment src, long at, MemorySegment dst, long dstAt, int count) {
    int last = count - LANES;
    for (int i = 0; i <= last; i += LANES) {
      ((IntVector)
              ShortVector.fromMemorySegment(SHORTS, src, (at + i) * Short.BYTES, ORDER)
                  .convertShape(S2I, INTS, 0))
          .lanewise(LSHL, Short.SIZE)
          .intoMemorySegment(dst, (dstAt + i) * Float.BYTES, ORDER);
    }
    if (count % LANES != 0) {
      toFloats(src, at + last, dst, dstAt + last, LANES);
    }
  }

  /**
   * Makes short floats: the nearest, of two equally near ones the even one.
   *
   * @param at where the block begins in src, in elements
   * @param dstAt where it begins in dst, in elements
   * @param count at least {@link #LEAST}
   */
  public static void round(MemorySegment src, long at, MemorySegment dst, long dstAt, int count) {
    if (!roundNumbers(src, at, dst, dstAt, count)) {
      roundAll(src, at, dst, dstAt, count);
    }
  }

  /** Whether there was no NaN, of which this makes anything. */
  private static boolean roundNumbers(
      MemorySegment src, long at, MemorySegment dst, long dstAt, int count) {
    int last = count - LANES;
    long others = 0;
    for (int i = 0; i <= last; i += LANES) {
      IntVector bits = IntVector.fromMemorySegment(INTS, src, (at + i) * Float.BYTES, ORDER);
      others |= bits.and(MAGNITUDE).compare(GT, INFINITY).toLong();
      IntVector rounded =
          bits.lanewise(LSHR, Short.SIZE)
              .and(1)
              .add(bits)
              .add(BELOW_HALF)
              .lanewise(LSHR, Short.SIZE);
      ((ShortVector) rounded.convertShape(I2S, SHORTS, 0))
          .intoMemorySegment(dst, (dstAt + i) * Short.BYTES, ORDER);
    }
    boolean numbers = others == 0;
    boolean lastNumbers =
        count % LANES == 0 || roundNumbers(src, at + last, dst, dstAt + last, LANES);
    return numbers && lastNumbers;
  }

  private static void roundAll(
      MemorySegment src, long at, MemorySegment dst, long dstAt, int count) {
    for (int i = 0; i < count; i++) {
      float value = src.get(JAVA_FLOAT_UNALIGNED, (at + i) * Float.BYTES);
      dst.set(JAVA_SHORT_UNALIGNED, (dstAt + i) * Short.BYTES, Bfloat16.fromFloat(value));
    }
  }
}
