package io.github.conv4j.internal.vector.bytes;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.IS_NAN;

import io.github.conv4j.internal.vector.base.VectorWidth;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Bytes made of floats, and floats of bytes, which lie without gaps on both sides. The last vector
 * of a block begins early enough to be whole; what it computes twice comes out the same.
 *
 * <p>Loops call nothing but the Vector API, which is always compiled into its caller: any other
 * call may be left one by the JIT compiler, and then each vector becomes an object.
 */
public final class VectorBytes {
  /** One and a half times 2^23: adding it rounds half to even and leaves an integer in the bits. */
  private static final float ROUNDING = 0x1.8p23f;

  private static final int BITS_OF_ROUNDING = Float.floatToRawIntBits(ROUNDING);

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(VectorWidth.BITS));

  /** Has lanes only where vectors hold at least eight floats. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(Long.SIZE, VectorWidth.BITS / Float.BYTES)));

  /** Whether vectors are wide enough for as many bytes as floats. */
  public static final boolean SERVES = LANES == BYTES.length();

  /** Fewer elements are left to other loops. */
  public static final int LEAST = LANES;

  private VectorBytes() {}

  /**
   * Makes bytes of sums: {@code (sum + before) * scale + after}, and then an addend, if there is
   * one, rounded.
   *
   * @param at where the block begins in the sums, in elements
   * @param place where it begins in the three arrays
   * @param moves whether each element has numbers of its own there, not all the same
   * @param adds whether there is an addend
   * @param addend the tensor that is added
   * @param count at least {@link #LEAST}
   */
  public static void requantize(
      MemorySegment sums,
      long at,
      float[] before,
      float[] scale,
      float[] after,
      int place,
      boolean moves,
      boolean adds,
      MemorySegment addend,
      long addendAt,
      Rounding rounding,
      MemorySegment dst,
      long dstAt,
      int count) {
    int last = count - LANES;
    for (int i = 0; i < count; i += LANES) {
      int element = Math.min(i, last);
      int number = place + element;
      FloatVector x =
          FloatVector.fromMemorySegment(SPECIES, sums, (at + element) * Float.BYTES, ORDER);
      FloatVector y =
          moves
              ? x.add(FloatVector.fromArray(SPECIES, before, number))
                  .mul(FloatVector.fromArray(SPECIES, scale, number))
                  .add(FloatVector.fromArray(SPECIES, after, number))
              : x.add(before[place]).mul(scale[place]).add(after[place]);
      FloatVector z =
          adds
              ? y.add(
                  FloatVector.fromMemorySegment(
                      SPECIES, addend, (addendAt + element) * Float.BYTES, ORDER))
              : y;
      FloatVector quotient = z.div(rounding.scale());
      // The bits of floats are in the order of integers, but for negative ones, which are less.
      IntVector rounded =
          quotient
              .add(ROUNDING)
              .reinterpretAsInts()
              .max(BITS_OF_ROUNDING + rounding.least())
              .min(BITS_OF_ROUNDING + rounding.most())
              .blend(BITS_OF_ROUNDING + rounding.ofNaN(), quotient.test(IS_NAN).cast(INTS))
              .sub(BITS_OF_ROUNDING - rounding.zeroPoint());
      ((ByteVector) rounded.convertShape(I2B, BYTES, 0))
          .intoMemorySegment(dst, dstAt + element, ORDER);
    }
  }

  /**
   * Makes floats of sums: {@code (sum + before) * scale + after}.
   *
   * @param at where the block begins in the sums, in elements
   * @param place where it begins in the three arrays
   * @param moves whether each element has numbers of its own there, not all the same
   * @param dst where the block begins at 0
   * @param count at least {@link #LEAST}
   */
  public static void scale(
      MemorySegment sums,
      long at,
      float[] before,
      float[] scale,
      float[] after,
      int place,
      boolean moves,
      float[] dst,
      int count) {
    int last = count - LANES;
    for (int i = 0; i < count; i += LANES) {
      int element = Math.min(i, last);
      int number = place + element;
      FloatVector x =
          FloatVector.fromMemorySegment(SPECIES, sums, (at + element) * Float.BYTES, ORDER);
      FloatVector y =
          moves
              ? x.add(FloatVector.fromArray(SPECIES, before, number))
                  .mul(FloatVector.fromArray(SPECIES, scale, number))
                  .add(FloatVector.fromArray(SPECIES, after, number))
              : x.add(before[place]).mul(scale[place]).add(after[place]);
      y.intoArray(dst, element);
    }
  }

  /**
   * Makes bytes of floats.
   *
   * @param src where the block begins at 0
   * @param count at least {@link #LEAST}
   */
  public static void round(
      float[] src, Rounding rounding, MemorySegment dst, long dstAt, int count) {
    int last = count - LANES;
    for (int i = 0; i < count; i += LANES) {
      int element = Math.min(i, last);
      FloatVector quotient = FloatVector.fromArray(SPECIES, src, element).div(rounding.scale());
      IntVector rounded =
          quotient
              .add(ROUNDING)
              .reinterpretAsInts()
              .max(BITS_OF_ROUNDING + rounding.least())
              .min(BITS_OF_ROUNDING + rounding.most())
              .blend(BITS_OF_ROUNDING + rounding.ofNaN(), quotient.test(IS_NAN).cast(INTS))
              .sub(BITS_OF_ROUNDING - rounding.zeroPoint());
      ((ByteVector) rounded.convertShape(I2B, BYTES, 0))
          .intoMemorySegment(dst, dstAt + element, ORDER);
    }
  }

  /**
   * Makes floats of bytes, less a zero point.
   *
   * @param count at least {@link #LEAST}
   */
  public static void toFloats(
      MemorySegment src,
      long at,
      boolean signed,
      int zeroPoint,
      MemorySegment dst,
      long dstAt,
      int count) {
    int mask = signed ? -1 : 0xff;
    int last = count - LANES;
    for (int i = 0; i < count; i += LANES) {
      int element = Math.min(i, last);
      IntVector integers =
          ((IntVector)
                  ByteVector.fromMemorySegment(BYTES, src, at + element, ORDER)
                      .convertShape(B2I, INTS, 0))
              .and(mask)
              .sub(zeroPoint);
      ((FloatVector) integers.convertShape(I2F, SPECIES, 0))
          .intoMemorySegment(dst, (dstAt + element) * Float.BYTES, ORDER);
    }
  }
}
