package io.github.conv4j.internal.vector.bytes;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.NE;

import io.github.conv4j.internal.vector.base.VectorWidth;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Bytes made of floats, and floats of bytes, which lie without gaps on both sides. The last vector
 * of a block begins early enough to be whole; what it computes twice comes out the same. It is a
 * block of its own: in the loop, its place would hinder the JIT compiler in hoisting the checks of
 * bounds.
 *
 * <p>No loop takes the bits of floats: as long as that is not compiled, the Vector API does it
 * through segments on the heap, and all loops of the JVM that are compiled later expect such
 * segments too, which makes their stores several times slower.
 *
 * <p>Loops call nothing but the Vector API, which is always compiled into its caller: any other
 * call may be left one by the JIT compiler, and then each vector becomes an object.
 */
public final class VectorBytes {
  /** One and a half times 2^23: adding it rounds half to even, and what is larger is large. */
  private static final float ROUNDING = 0x1.8p23f;

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
    for (int i = 0; i <= last; i += LANES) {
      int number = place + i;
      FloatVector x = FloatVector.fromMemorySegment(SPECIES, sums, (at + i) * Float.BYTES, ORDER);
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
                      SPECIES, addend, (addendAt + i) * Float.BYTES, ORDER))
              : y;
      FloatVector nearest = z.div(rounding.scale()).add(ROUNDING).sub(ROUNDING);
      IntVector rounded =
          ((IntVector) nearest.convertShape(F2I, INTS, 0))
              .max(rounding.least())
              .min(rounding.most())
              .blend(rounding.ofNaN(), nearest.compare(NE, nearest).cast(INTS))
              .add(rounding.zeroPoint());
      ((ByteVector) rounded.convertShape(I2B, BYTES, 0)).intoMemorySegment(dst, dstAt + i, ORDER);
    }
    if (count % LANES != 0) {
      requantize(
          sums,
          at + last,
          before,
          scale,
          after,
          moves ? place + last : place,
          moves,
          adds,
          addend,
          addendAt + last,
          rounding,
          dst,
          dstAt + last,
          LANES);
    }
  }

  /**
   * Makes floats of sums: {@code (sum + before) * scale + after}.
   *
   * @param at where the block begins in the sums, in elements
   * @param place where it begins in the three arrays
   * @param moves whether each element has numbers of its own there, not all the same
   * @param to where the block begins in dst
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
      int to,
      int count) {
    int last = count - LANES;
    for (int i = 0; i <= last; i += LANES) {
      int number = place + i;
      FloatVector x = FloatVector.fromMemorySegment(SPECIES, sums, (at + i) * Float.BYTES, ORDER);
      FloatVector y =
          moves
              ? x.add(FloatVector.fromArray(SPECIES, before, number))
                  .mul(FloatVector.fromArray(SPECIES, scale, number))
                  .add(FloatVector.fromArray(SPECIES, after, number))
              : x.add(before[place]).mul(scale[place]).add(after[place]);
      y.intoArray(dst, to + i);
    }
    if (count % LANES != 0) {
      int number = moves ? place + last : place;
      scale(sums, at + last, before, scale, after, number, moves, dst, to + last, LANES);
    }
  }

  /**
   * Makes bytes of floats.
   *
   * @param from where the block begins in src
   * @param count at least {@link #LEAST}
   */
  public static void round(
      float[] src, int from, Rounding rounding, MemorySegment dst, long dstAt, int count) {
    int last = count - LANES;
    for (int i = 0; i <= last; i += LANES) {
      FloatVector nearest =
          FloatVector.fromArray(SPECIES, src, from + i)
              .div(rounding.scale())
              .add(ROUNDING)
              .sub(ROUNDING);
      IntVector rounded =
          ((IntVector) nearest.convertShape(F2I, INTS, 0))
              .max(rounding.least())
              .min(rounding.most())
              .blend(rounding.ofNaN(), nearest.compare(NE, nearest).cast(INTS))
              .add(rounding.zeroPoint());
      ((ByteVector) rounded.convertShape(I2B, BYTES, 0)).intoMemorySegment(dst, dstAt + i, ORDER);
    }
    if (count % LANES != 0) {
      round(src, from + last, rounding, dst, dstAt + last, LANES);
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
    for (int i = 0; i <= last; i += LANES) {
      IntVector integers =
          ((IntVector)
                  ByteVector.fromMemorySegment(BYTES, src, at + i, ORDER)
                      .convertShape(B2I, INTS, 0))
              .and(mask)
              .sub(zeroPoint);
      ((FloatVector) integers.convertShape(I2F, SPECIES, 0))
          .intoMemorySegment(dst, (dstAt + i) * Float.BYTES, ORDER);
    }
    if (count % LANES != 0) {
      toFloats(src, at + last, signed, zeroPoint, dst, dstAt + last, LANES);
    }
  }
}
