package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.SPECIES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * As many bytes at a time as a vector has floats; the last vector of a conversion begins early, in
 * a call of its own so that no other check of bounds is left in the loop. Nothing but the Vector
 * API is called with vectors, as in {@link VectorPixelLoops}.
 */
final class VectorByteLoops implements ByteLoops {
  /** There are no vectors of fewer bytes. */
  private static final int LEAST_LANES = 8;

  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Byte.SIZE * Math.max(LEAST_LANES, LANES)));

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  /** Added to what is small, it leaves no digits behind the point; the sum is rounded to even. */
  private static final FloatVector WHOLE = all(0x1.8p23f);

  /**
   * Four pixels of three bytes are three times four bytes: what those before have left of a pixel,
   * and the beginning of the next one.
   */
  private static final VectorShuffle<Integer> BEGUN_PIXEL = pixel(0);

  private static final VectorShuffle<Integer> NEXT_PIXEL = pixel(1);
  private static final IntVector BITS_BEFORE = bits(place -> place * Byte.SIZE);
  private static final IntVector BITS_LEFT = bits(place -> (Colours.COUNT - place) * Byte.SIZE);

  private final ByteLoops small;

  VectorByteLoops(ByteLoops small) {
    this.small = small;
  }

  /**
   * What turns the sign bit where there is one, so that one conversion, a constant to the JIT
   * compiler, widens all bytes.
   */
  private static byte turned(boolean isSigned) {
    return (byte) (isSigned ? 0x80 : 0);
  }

  /** By how much bytes are larger then. */
  private static int shift(boolean isSigned) {
    return isSigned ? 0x80 : 0;
  }

  @Override
  public void dequantize(
      MemorySegment src, long from, ByteScale scale, MemorySegment dst, long to, int count) {
    if (count < LANES || LANES < LEAST_LANES) {
      small.dequantize(src, from, scale, dst, to, count);
      return;
    }
    ByteVector sign = ByteVector.broadcast(BYTES, turned(scale.isSigned()));
    FloatVector factor = all(scale.scale());
    int zeroPoint = scale.zeroPoint() + shift(scale.isSigned());
    int last = count - LANES;
    for (int i = 0; i <= last; i += LANES) {
      IntVector integers =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, src, from + i, LITTLE_ENDIAN)
                  .lanewise(VectorOperators.XOR, sign)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      FloatVector floats =
          (FloatVector) integers.sub(zeroPoint).convertShape(VectorOperators.I2F, SPECIES, 0);
      floats.mul(factor).intoMemorySegment(dst, (to + i) * Float.BYTES, LITTLE_ENDIAN);
    }
    if (count % LANES != 0) {
      dequantize(src, from + last, scale, dst, to + last, LANES);
    }
  }

  @Override
  public void quantize(
      MemorySegment src, long from, MemorySegment dst, long to, ByteScale scale, int count) {
    if (count < LANES || LANES < LEAST_LANES) {
      small.quantize(src, from, dst, to, scale, count);
      return;
    }
    FloatVector divisor = all(scale.scale());
    int least = scale.least();
    int most = scale.most();
    int zeroPoint = scale.zeroPoint();
    int last = count - LANES;
    for (int i = 0; i <= last; i += LANES) {
      FloatVector nearest =
          FloatVector.fromMemorySegment(SPECIES, src, (from + i) * Float.BYTES, LITTLE_ENDIAN)
              .div(divisor)
              .add(WHOLE)
              .sub(WHOLE);
      // What is not a number becomes 0 here.
      IntVector integers =
          ((IntVector) nearest.convertShape(VectorOperators.F2I, INTS, 0)).max(least).min(most);
      ByteVector bytes =
          (ByteVector) integers.add(zeroPoint).convertShape(VectorOperators.I2B, BYTES, 0);
      bytes.intoMemorySegment(dst, to + i, LITTLE_ENDIAN);
    }
    if (count % LANES != 0) {
      quantize(src, from + last, dst, to + last, scale, LANES);
    }
  }

  @Override
  public void quantizeColours(
      MemorySegment src,
      long from,
      long planeStride,
      MemorySegment dst,
      long to,
      ByteScale scale,
      int count) {
    // A vector of pixels is followed by bytes that the next one overwrites.
    int whole = Math.max(0, count - 2 * LANES) / LANES * LANES;
    long planeBytes = planeStride * Float.BYTES;
    FloatVector divisor = all(scale.scale());
    int least = scale.least();
    int most = scale.most();
    int zeroPoint = scale.zeroPoint();
    for (int i = 0; i < whole; i += LANES) {
      long at = (from + i) * Float.BYTES;
      // What is not a number becomes 0 in each conversion.
      IntVector red =
          ((IntVector)
                  FloatVector.fromMemorySegment(SPECIES, src, at, LITTLE_ENDIAN)
                      .div(divisor)
                      .add(WHOLE)
                      .sub(WHOLE)
                      .convertShape(VectorOperators.F2I, INTS, 0))
              .max(least)
              .min(most)
              .add(zeroPoint)
              .and(0xff);
      IntVector green =
          ((IntVector)
                  FloatVector.fromMemorySegment(SPECIES, src, at + planeBytes, LITTLE_ENDIAN)
                      .div(divisor)
                      .add(WHOLE)
                      .sub(WHOLE)
                      .convertShape(VectorOperators.F2I, INTS, 0))
              .max(least)
              .min(most)
              .add(zeroPoint)
              .and(0xff);
      IntVector blue =
          ((IntVector)
                  FloatVector.fromMemorySegment(SPECIES, src, at + 2 * planeBytes, LITTLE_ENDIAN)
                      .div(divisor)
                      .add(WHOLE)
                      .sub(WHOLE)
                      .convertShape(VectorOperators.F2I, INTS, 0))
              .max(least)
              .min(most)
              .add(zeroPoint)
              .and(0xff);
      IntVector pixels =
          red.or(green.lanewise(VectorOperators.LSHL, Byte.SIZE))
              .or(blue.lanewise(VectorOperators.LSHL, 2 * Byte.SIZE));
      IntVector ends = pixels.rearrange(BEGUN_PIXEL).lanewise(VectorOperators.LSHR, BITS_BEFORE);
      IntVector begins = pixels.rearrange(NEXT_PIXEL).lanewise(VectorOperators.LSHL, BITS_LEFT);
      ends.or(begins).intoMemorySegment(dst, to + (long) i * Colours.COUNT, LITTLE_ENDIAN);
    }
    small.quantizeColours(
        src,
        from + whole,
        planeStride,
        dst,
        to + (long) whole * Colours.COUNT,
        scale,
        count - whole);
  }

  /** The pixel of which each four bytes of dst have the end, or that one and some more. */
  private static VectorShuffle<Integer> pixel(int more) {
    return VectorShuffle.fromOp(
        INTS, lane -> Math.min(lane + lane / Colours.COUNT + more, LANES - 1));
  }

  private static IntVector bits(IntUnaryOperator ofPlace) {
    int[] bits = new int[LANES];
    Arrays.setAll(bits, lane -> ofPlace.applyAsInt(lane % Colours.COUNT));
    return IntVector.fromArray(INTS, bits, 0);
  }

  @Override
  public void multiplyAdd(
      MemorySegment src,
      ByteScale ofSrc,
      MemorySegment factors,
      long first,
      MemorySegment other,
      ByteScale ofOther,
      MemorySegment dst,
      ByteScale ofDst,
      long at,
      int count) {
    if (count < LANES || LANES < LEAST_LANES) {
      small.multiplyAdd(src, ofSrc, factors, first, other, ofOther, dst, ofDst, at, count);
      return;
    }
    // Where dst is src, a last vector that begins early would read what was written.
    int whole = count - count % LANES;
    ByteVector signOfSrc = ByteVector.broadcast(BYTES, turned(ofSrc.isSigned()));
    ByteVector signOfOther = ByteVector.broadcast(BYTES, turned(ofOther.isSigned()));
    int zeroOfSrc = ofSrc.zeroPoint() + shift(ofSrc.isSigned());
    int zeroOfOther = ofOther.zeroPoint() + shift(ofOther.isSigned());
    FloatVector scaleOfSrc = all(ofSrc.scale());
    FloatVector scaleOfOther = all(ofOther.scale());
    FloatVector divisor = all(ofDst.scale());
    int least = ofDst.least();
    int most = ofDst.most();
    int zeroPoint = ofDst.zeroPoint();
    for (int i = 0; i < whole; i += LANES) {
      IntVector left =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, src, at + i, LITTLE_ENDIAN)
                  .lanewise(VectorOperators.XOR, signOfSrc)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      IntVector right =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, other, at + i, LITTLE_ENDIAN)
                  .lanewise(VectorOperators.XOR, signOfOther)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      FloatVector factor =
          FloatVector.fromMemorySegment(SPECIES, factors, (first + i) * Float.BYTES, LITTLE_ENDIAN);
      FloatVector product =
          ((FloatVector) left.sub(zeroOfSrc).convertShape(VectorOperators.I2F, SPECIES, 0))
              .mul(scaleOfSrc)
              .mul(factor);
      FloatVector nearest =
          ((FloatVector) right.sub(zeroOfOther).convertShape(VectorOperators.I2F, SPECIES, 0))
              .mul(scaleOfOther)
              .add(product)
              .div(divisor)
              .add(WHOLE)
              .sub(WHOLE);
      // What is not a number becomes 0 here.
      IntVector integers =
          ((IntVector) nearest.convertShape(VectorOperators.F2I, INTS, 0)).max(least).min(most);
      ByteVector bytes =
          (ByteVector) integers.add(zeroPoint).convertShape(VectorOperators.I2B, BYTES, 0);
      bytes.intoMemorySegment(dst, at + i, LITTLE_ENDIAN);
    }
    if (whole < count) {
      small.multiplyAdd(
          src,
          ofSrc,
          factors,
          first + whole,
          other,
          ofOther,
          dst,
          ofDst,
          at + whole,
          count - whole);
    }
  }

  @Override
  public void multiplyAddFused(
      MemorySegment src,
      int srcZeroPoint,
      MemorySegment factors,
      long first,
      MemorySegment other,
      int otherZeroPoint,
      float otherFactor,
      MemorySegment dst,
      int dstZeroPoint,
      long at,
      int count) {
    // Where dst is src, a last vector that begins early would read what was written.
    int whole = LANES < LEAST_LANES ? 0 : count - count % LANES;
    FloatVector otherFactors = all(otherFactor);
    for (int i = 0; i < whole; i += LANES) {
      IntVector left =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, src, at + i, LITTLE_ENDIAN)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      IntVector right =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, other, at + i, LITTLE_ENDIAN)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      FloatVector factor =
          FloatVector.fromMemorySegment(SPECIES, factors, (first + i) * Float.BYTES, LITTLE_ENDIAN);
      FloatVector sum =
          ((FloatVector) right.sub(otherZeroPoint).convertShape(VectorOperators.I2F, SPECIES, 0))
              .mul(otherFactors);
      FloatVector nearest =
          ((FloatVector) left.sub(srcZeroPoint).convertShape(VectorOperators.I2F, SPECIES, 0))
              .fma(factor, sum)
              .add(WHOLE)
              .sub(WHOLE);
      ByteVector bytes =
          (ByteVector)
              ((IntVector) nearest.convertShape(VectorOperators.F2I, INTS, 0))
                  .max(-dstZeroPoint)
                  .min(255 - dstZeroPoint)
                  .add(dstZeroPoint)
                  .convertShape(VectorOperators.I2B, BYTES, 0);
      bytes.intoMemorySegment(dst, at + i, LITTLE_ENDIAN);
    }
    small.multiplyAddFused(
        src,
        srcZeroPoint,
        factors,
        first + whole,
        other,
        otherZeroPoint,
        otherFactor,
        dst,
        dstZeroPoint,
        at + whole,
        count - whole);
  }

  @Override
  public void add(
      MemorySegment src, long from, boolean isSigned, MemorySegment sums, int begin, int end) {
    int whole = LANES < LEAST_LANES ? begin : end - (end - begin) % LANES;
    ByteVector sign = ByteVector.broadcast(BYTES, turned(isSigned));
    int shift = shift(isSigned);
    for (int i = begin; i < whole; i += LANES) {
      IntVector more =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, src, from + i, LITTLE_ENDIAN)
                  .lanewise(VectorOperators.XOR, sign)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      long at = (long) i * Integer.BYTES;
      IntVector.fromMemorySegment(INTS, sums, at, LITTLE_ENDIAN)
          .add(more.sub(shift))
          .intoMemorySegment(sums, at, LITTLE_ENDIAN);
    }
    small.add(src, from, isSigned, sums, whole, end);
  }

  @Override
  public WindowLoop largest(boolean isSigned) {
    return new Largest(small.largest(isSigned), (byte) (isSigned ? 0 : 0x80));
  }

  private record Largest(WindowLoop small, byte turned) implements WindowLoop {
    @Override
    public void window(
        MemorySegment src,
        long at,
        int planes,
        long planeStride,
        int rows,
        long rowStride,
        int columns,
        long columnStride,
        MemorySegment dst,
        long to,
        int channels,
        float alpha,
        float scale) {
      if (channels < BYTES.length()) {
        small.window(
            src,
            at,
            planes,
            planeStride,
            rows,
            rowStride,
            columns,
            columnStride,
            dst,
            to,
            channels,
            alpha,
            scale);
        return;
      }
      ByteVector sign = ByteVector.broadcast(BYTES, turned);
      int last = channels - BYTES.length();
      for (int i = 0; i < channels; i += BYTES.length()) {
        int c = Math.min(i, last);
        ByteVector most = ByteVector.broadcast(BYTES, Byte.MIN_VALUE);
        for (int p = 0; p < planes; p++) {
          for (int r = 0; r < rows; r++) {
            long begin = at + c + p * planeStride + r * rowStride;
            for (int k = 0; k < columns; k++) {
              most =
                  ByteVector.fromMemorySegment(BYTES, src, begin + k * columnStride, LITTLE_ENDIAN)
                      .lanewise(VectorOperators.XOR, sign)
                      .max(most);
            }
          }
        }
        most.lanewise(VectorOperators.XOR, sign).intoMemorySegment(dst, to + c, LITTLE_ENDIAN);
      }
    }
  }
}
