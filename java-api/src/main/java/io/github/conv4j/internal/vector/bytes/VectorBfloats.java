package io.github.conv4j.internal.vector.bytes;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.github.conv4j.internal.vector.base.VectorWidth;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Floats of bf16, and bf16 of floats, which lie without gaps on both sides; the same bits as {@link
 * io.github.conv4j.tensor.Bfloat16}. As {@link VectorBytes} in all else.
 */
public final class VectorBfloats {
  private static final int BITS = 16;
  private static final int BELOW_HALF = 0x7fff;
  private static final int QUIET = 0x40;

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(VectorWidth.BITS));

  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class, VectorShape.forBitSize(Math.max(Long.SIZE, VectorWidth.BITS / Short.BYTES)));

  /** Whether vectors are wide enough for as many of bf16 as floats. */
  public static final boolean SERVES = LANES == SHORTS.length();

  /** Fewer elements are left to other loops. */
  public static final int LEAST = LANES;

  private VectorBfloats() {}

  /**
   * Makes floats of bf16.
   *
   * @param count at least {@link #LEAST}
   */
  public static void toFloats(
      MemorySegment src, long at, MemorySegment dst, long dstAt, int count) {
    int last = count - LANES;
    for (int i = 0; i < count; i += LANES) {
      int element = Math.min(i, last);
      IntVector upper =
          ((IntVector)
                  ShortVector.fromMemorySegment(SHORTS, src, (at + element) * Short.BYTES, ORDER)
                      .convertShape(S2I, INTS, 0))
              .lanewise(LSHL, BITS);
      upper.reinterpretAsFloats().intoMemorySegment(dst, (dstAt + element) * Float.BYTES, ORDER);
    }
  }

  /**
   * Makes bf16 of floats, rounded half to even; NaN stays NaN.
   *
   * @param count at least {@link #LEAST}
   */
  public static void ofFloats(
      MemorySegment src, long at, MemorySegment dst, long dstAt, int count) {
    int last = count - LANES;
    for (int i = 0; i < count; i += LANES) {
      int element = Math.min(i, last);
      FloatVector x =
          FloatVector.fromMemorySegment(SPECIES, src, (at + element) * Float.BYTES, ORDER);
      IntVector bits = x.reinterpretAsInts();
      IntVector upper = bits.lanewise(LSHR, BITS);
      IntVector rounded =
          bits.add(upper.and(1))
              .add(BELOW_HALF)
              .lanewise(LSHR, BITS)
              .blend(upper.or(QUIET), x.test(IS_NAN).cast(INTS));
      ((ShortVector) rounded.convertShape(I2S, SHORTS, 0))
          .intoMemorySegment(dst, (dstAt + element) * Short.BYTES, ORDER);
    }
  }
}
