package io.github.conv4j.internal.vector.bytes;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.XOR;

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

  /** What {@link #ROUNDING} is as an integer. */
  private static final int MIDDLE = (int) ROUNDING;

  private static final float SIXTH = 1f / 6;

  /** So many vectors of a block are divided one by one. */
  private static final int FEW = 4;

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

  /** Fewer bytes than a vector of integers has are left to other loops. */
  public static final int LEAST_BYTES = LANES * Integer.BYTES;

  /** The highest bits of four bytes. */
  private static final int SIGNS = 0x8080_8080;

  /** Of more elements the vectors of a block would have no bit each. */
  public static final int MOST = LANES * Long.SIZE;

  private VectorBytes() {}

  /**
   * Makes bytes of sums: {@code (sum + before) * scale + after}, and then an addend, if there is
   * one, or the hard swish of it, multiplied and moved, if {@code rounding} says so, divided and
   * rounded, by two multiplications in place of the division: where the products with both factors
   * of {@code rounding} round to the same integer, so does the quotient. Where they do not, it
   * divides, unless there are many of these.
   *
   * @param at where the block begins in the sums, in elements
   * @param after empty for nothing
   * @param place where the block begins in the three arrays
   * @param moves whether each element has numbers of its own there, not all the same
   * @param adds whether there is an addend
   * @param addend the tensor that is added
   * @param count at least {@link #LEAST}, at most {@link #MOST}
   * @return false if many quotients are near the middle between integers: then {@link #divide} has
   *     to follow
   */
  public static boolean multiply(
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
    boolean shifts = after.length > 0;
    boolean swishes = rounding.swishes();
    int last = count - LANES;
    long unsure = 0;
    for (int i = 0; i <= last; i += LANES) {
      int number = place + i;
      FloatVector x = FloatVector.fromMemorySegment(SPECIES, sums, (at + i) * Float.BYTES, ORDER);
      FloatVector y =
          moves
              ? x.add(FloatVector.fromArray(SPECIES, before, number))
                  .mul(FloatVector.fromArray(SPECIES, scale, number))
              : x.add(before[place]).mul(scale[place]);
      FloatVector z =
          shifts
              ? moves ? y.add(FloatVector.fromArray(SPECIES, after, number)) : y.add(after[place])
              : y;
      FloatVector gate = swishes ? z.mul(SIXTH).add(0.5f) : z;
      FloatVector all =
          adds
              ? z.add(
                  FloatVector.fromMemorySegment(
                      SPECIES, addend, (addendAt + i) * Float.BYTES, ORDER))
              : swishes
                  ? z.mul(gate.blend(1f, gate.compare(GT, 1f)).blend(0f, gate.compare(LT, 0f)))
                      .mul(rounding.slope())
                      .add(rounding.offset())
                  : z;
      FloatVector large = FloatVector.broadcast(SPECIES, ROUNDING);
      FloatVector nearest = all.fma(FloatVector.broadcast(SPECIES, rounding.high()), large);
      FloatVector other = all.fma(FloatVector.broadcast(SPECIES, rounding.low()), large);
      unsure |= nearest.compare(NE, other).toLong() == 0 ? 0 : 1L << (i / LANES);
      IntVector rounded =
          ((IntVector) nearest.convertShape(F2I, INTS, 0))
              .max(rounding.least() + MIDDLE)
              .min(rounding.most() + MIDDLE)
              .add(rounding.zeroPoint() - MIDDLE);
      ((ByteVector) rounded.convertShape(I2B, BYTES, 0)).intoMemorySegment(dst, dstAt + i, ORDER);
    }
    if (unsure != 0) {
      if (Long.bitCount(unsure) > FEW) {
        return false;
      }
      for (long rest = unsure; rest != 0; rest &= rest - 1) {
        int i = Long.numberOfTrailingZeros(rest) * LANES;
        divideEach(
            sums,
            at + i,
            before,
            scale,
            after,
            moves ? place + i : place,
            moves,
            adds,
            addend,
            addendAt + i,
            rounding,
            dst,
            dstAt + i);
      }
    }
    return count % LANES == 0
        || multiply(
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

  /** As many elements as a vector has; makes no objects, compiled or not. */
  private static void divideEach(
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
      long dstAt) {
    for (int i = 0; i < LANES; i++) {
      int number = moves ? place + i : place;
      float x = sums.get(JAVA_FLOAT_UNALIGNED, (at + i) * Float.BYTES);
      float y = (x + before[number]) * scale[number];
      float z = after.length > 0 ? y + after[number] : y;
      float all =
          adds
              ? z + addend.get(JAVA_FLOAT_UNALIGNED, (addendAt + i) * Float.BYTES)
              : rounding.swishes()
                  ? z * Math.max(0, Math.min(1, z * SIXTH + 0.5f)) * rounding.slope()
                      + rounding.offset()
                  : z;
      float quotient = all / rounding.scale();
      int rounded =
          Float.isNaN(quotient)
              ? rounding.ofNaN()
              : (int) Math.clamp(Math.rint((double) quotient), rounding.least(), rounding.most());
      dst.set(JAVA_BYTE, dstAt + i, (byte) (rounded + rounding.zeroPoint()));
    }
  }

  /**
   * Makes bytes of sums by divisions, where {@link #multiply} is unsure. The vectors before that
   * are written again: a method that returned them would make objects where C2 does not inline it.
   */
  public static void divide(
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
    boolean shifts = after.length > 0;
    boolean swishes = rounding.swishes();
    int last = count - LANES;
    for (int i = 0; i <= last; i += LANES) {
      int number = place + i;
      FloatVector x = FloatVector.fromMemorySegment(SPECIES, sums, (at + i) * Float.BYTES, ORDER);
      FloatVector y =
          moves
              ? x.add(FloatVector.fromArray(SPECIES, before, number))
                  .mul(FloatVector.fromArray(SPECIES, scale, number))
              : x.add(before[place]).mul(scale[place]);
      FloatVector z =
          shifts
              ? moves ? y.add(FloatVector.fromArray(SPECIES, after, number)) : y.add(after[place])
              : y;
      FloatVector gate = swishes ? z.mul(SIXTH).add(0.5f) : z;
      FloatVector all =
          adds
              ? z.add(
                  FloatVector.fromMemorySegment(
                      SPECIES, addend, (addendAt + i) * Float.BYTES, ORDER))
              : swishes
                  ? z.mul(gate.blend(1f, gate.compare(GT, 1f)).blend(0f, gate.compare(LT, 0f)))
                      .mul(rounding.slope())
                      .add(rounding.offset())
                  : z;
      FloatVector nearest = all.div(rounding.scale()).add(ROUNDING).sub(ROUNDING);
      IntVector rounded =
          ((IntVector) nearest.convertShape(F2I, INTS, 0))
              .max(rounding.least())
              .min(rounding.most())
              .blend(rounding.ofNaN(), nearest.compare(NE, nearest).cast(INTS))
              .add(rounding.zeroPoint());
      ((ByteVector) rounded.convertShape(I2B, BYTES, 0)).intoMemorySegment(dst, dstAt + i, ORDER);
    }
    if (count % LANES != 0) {
      divide(
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

  /**
   * Moves signed bytes up by 128, several at a time as integers.
   *
   * @param count at least {@link #LEAST_BYTES}
   */
  public static void unsigned(
      MemorySegment src, long at, MemorySegment dst, long dstAt, int count) {
    int last = count - LEAST_BYTES;
    for (int i = 0; i <= last; i += LEAST_BYTES) {
      IntVector.fromMemorySegment(INTS, src, at + i, ORDER)
          .lanewise(XOR, SIGNS)
          .intoMemorySegment(dst, dstAt + i, ORDER);
    }
    if (count % LEAST_BYTES != 0) {
      unsigned(src, at + last, dst, dstAt + last, LEAST_BYTES);
    }
  }
}
