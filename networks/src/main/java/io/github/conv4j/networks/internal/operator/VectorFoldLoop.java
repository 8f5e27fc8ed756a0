package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A {@linkplain VectorTemplate template}; rows and channels of at least one vector.
 *
 * <p>Where the JIT compiler has rarely seen a call, of a function that is compiled already or while
 * it did not count calls, it leaves it a call, for which each vector becomes an object. So what a
 * row may run seldom, or never, calls nothing but the Vector API, which is always compiled into its
 * caller.
 */
final class VectorFoldLoop implements FoldLoop {
  private static final FoldFunction FUNCTION =
      VectorTemplate.constant(MethodHandles.lookup(), FoldFunction.class);

  private static final boolean SQUARES = FUNCTION == FoldFunction.SUM_OF_SQUARES;
  private static final boolean SIZES = FUNCTION == FoldFunction.SUM_OF_SIZES;

  /** Whether elements are combined as they are. */
  private static final boolean PLAIN = !SQUARES && !SIZES;

  private static final VectorOperators.Associative COMBINE =
      switch (FUNCTION) {
        case SUM, SUM_OF_SIZES, SUM_OF_SQUARES -> VectorOperators.ADD;
        case PRODUCT -> VectorOperators.MUL;
        case MAXIMUM -> VectorOperators.MAX;
        case MINIMUM -> VectorOperators.MIN;
      };

  private static final int VECTORS = 4;

  /** So many windows stay in the nearest cache while their channels are folded. */
  private static final int WINDOWS = 32;

  private static final long BYTES = LANES * (long) Float.BYTES;

  @Override
  public float row(MemorySegment src, long at, int count, float alpha) {
    FloatVector alphas = FloatVector.broadcast(SPECIES, alpha);
    FloatVector sum0 = FloatVector.broadcast(SPECIES, FUNCTION.initial());
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= count - VECTORS * LANES; i += VECTORS * LANES) {
      long from = (at + i) * Float.BYTES;
      FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, src, from, LITTLE_ENDIAN);
      FloatVector x1 = FloatVector.fromMemorySegment(SPECIES, src, from + BYTES, LITTLE_ENDIAN);
      FloatVector x2 = FloatVector.fromMemorySegment(SPECIES, src, from + 2 * BYTES, LITTLE_ENDIAN);
      FloatVector x3 = FloatVector.fromMemorySegment(SPECIES, src, from + 3 * BYTES, LITTLE_ENDIAN);
      FloatVector d0 = x0.sub(alphas);
      FloatVector d1 = x1.sub(alphas);
      FloatVector d2 = x2.sub(alphas);
      FloatVector d3 = x3.sub(alphas);
      sum0 = SQUARES ? d0.fma(d0, sum0) : sum0.lanewise(COMBINE, SIZES ? x0.abs() : x0);
      sum1 = SQUARES ? d1.fma(d1, sum1) : sum1.lanewise(COMBINE, SIZES ? x1.abs() : x1);
      sum2 = SQUARES ? d2.fma(d2, sum2) : sum2.lanewise(COMBINE, SIZES ? x2.abs() : x2);
      sum3 = SQUARES ? d3.fma(d3, sum3) : sum3.lanewise(COMBINE, SIZES ? x3.abs() : x3);
    }
    for (; i <= count - LANES; i += LANES) {
      long from = (at + i) * Float.BYTES;
      FloatVector x = FloatVector.fromMemorySegment(SPECIES, src, from, LITTLE_ENDIAN);
      FloatVector d = x.sub(alphas);
      sum0 = SQUARES ? d.fma(d, sum0) : sum0.lanewise(COMBINE, SIZES ? x.abs() : x);
    }
    FloatVector sum = sum0.lanewise(COMBINE, sum1).lanewise(COMBINE, sum2.lanewise(COMBINE, sum3));
    double result = FUNCTION.initial();
    for (; i < count; i++) {
      result = FUNCTION.accumulate(result, src.getAtIndex(JAVA_FLOAT_UNALIGNED, at + i), alpha);
    }
    for (int lane = 0; lane < LANES; lane++) {
      result = FUNCTION.combine(result, sum.lane(lane));
    }
    return (float) result;
  }

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
    if (PLAIN && planes == 1 && rows == 2 && columns == 2) {
      fourTaps(src, at, rowStride, columnStride, dst, to, channels, scale);
      return;
    }
    if (PLAIN && planes == 1 && rows == 3 && columns == 3) {
      nineTaps(src, at, rowStride, columnStride, dst, to, channels, scale);
      return;
    }
    int c = 0;
    for (; c <= channels - VECTORS * LANES; c += VECTORS * LANES) {
      fourVectors(
          src,
          at + c,
          planes,
          planeStride,
          rows,
          rowStride,
          columns,
          columnStride,
          dst,
          to + c,
          alpha,
          scale);
    }
    for (; c < channels; c += LANES) {
      int begin = Math.min(c, channels - LANES);
      oneVector(
          src,
          at + begin,
          planes,
          planeStride,
          rows,
          rowStride,
          columns,
          columnStride,
          dst,
          to + begin,
          alpha,
          scale);
    }
  }

  /** Loops of two and three steps cost more than what they do. */
  private static void fourTaps(
      MemorySegment src,
      long at,
      long rowStride,
      long columnStride,
      MemorySegment dst,
      long to,
      int channels,
      float scale) {
    FloatVector initial = FloatVector.broadcast(SPECIES, FUNCTION.initial());
    FloatVector scales = FloatVector.broadcast(SPECIES, scale);
    long rowBytes = rowStride * Float.BYTES;
    long columnBytes = columnStride * Float.BYTES;
    for (int c = 0; c < channels; c += LANES) {
      int begin = Math.min(c, channels - LANES);
      long x = (at + begin) * Float.BYTES;
      FloatVector first =
          initial
              .lanewise(COMBINE, FloatVector.fromMemorySegment(SPECIES, src, x, LITTLE_ENDIAN))
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + columnBytes, LITTLE_ENDIAN));
      x += rowBytes;
      FloatVector second =
          initial
              .lanewise(COMBINE, FloatVector.fromMemorySegment(SPECIES, src, x, LITTLE_ENDIAN))
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + columnBytes, LITTLE_ENDIAN));
      first
          .lanewise(COMBINE, second)
          .mul(scales)
          .intoMemorySegment(dst, (to + begin) * Float.BYTES, LITTLE_ENDIAN);
    }
  }

  /**
   * Each vector of channels of many windows. No slices of the segments: where the JIT compiler does
   * not see their class they are objects at each call.
   */
  @Override
  public void squares(
      MemorySegment src,
      long at,
      int windows,
      long step,
      long rowStride,
      long columnStride,
      MemorySegment dst,
      long to,
      int channels,
      float scale) {
    if (!PLAIN) {
      throw new UnsupportedOperationException("windows of squares of " + FUNCTION);
    }
    for (int i = 0; i < windows; i += WINDOWS) {
      for (int c = 0; c < channels; c += LANES) {
        int begin = Math.min(c, channels - LANES);
        squareVectors(
            src,
            (at + i * step + begin) * Float.BYTES,
            Math.min(WINDOWS, windows - i),
            step * Float.BYTES,
            rowStride * Float.BYTES,
            columnStride * Float.BYTES,
            dst,
            (to + (long) i * channels + begin) * Float.BYTES,
            (long) channels * Float.BYTES,
            scale);
      }
    }
  }

  private static void squareVectors(
      MemorySegment src,
      long at,
      int windows,
      long step,
      long rowBytes,
      long columnBytes,
      MemorySegment dst,
      long to,
      long dstStep,
      float scale) {
    FloatVector scales = FloatVector.broadcast(SPECIES, scale);
    for (int i = 0; i < windows; i++) {
      long x = at + i * step;
      FloatVector first =
          FloatVector.fromMemorySegment(SPECIES, src, x, LITTLE_ENDIAN)
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + columnBytes, LITTLE_ENDIAN));
      x += rowBytes;
      FloatVector second =
          FloatVector.fromMemorySegment(SPECIES, src, x, LITTLE_ENDIAN)
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + columnBytes, LITTLE_ENDIAN));
      first
          .lanewise(COMBINE, second)
          .mul(scales)
          .intoMemorySegment(dst, to + i * dstStep, LITTLE_ENDIAN);
    }
  }

  private static void nineTaps(
      MemorySegment src,
      long at,
      long rowStride,
      long columnStride,
      MemorySegment dst,
      long to,
      int channels,
      float scale) {
    FloatVector initial = FloatVector.broadcast(SPECIES, FUNCTION.initial());
    FloatVector scales = FloatVector.broadcast(SPECIES, scale);
    long rowBytes = rowStride * Float.BYTES;
    long columnBytes = columnStride * Float.BYTES;
    for (int c = 0; c < channels; c += LANES) {
      int begin = Math.min(c, channels - LANES);
      long x = (at + begin) * Float.BYTES;
      FloatVector first =
          initial
              .lanewise(COMBINE, FloatVector.fromMemorySegment(SPECIES, src, x, LITTLE_ENDIAN))
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + columnBytes, LITTLE_ENDIAN))
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + 2 * columnBytes, LITTLE_ENDIAN));
      x += rowBytes;
      FloatVector second =
          initial
              .lanewise(COMBINE, FloatVector.fromMemorySegment(SPECIES, src, x, LITTLE_ENDIAN))
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + columnBytes, LITTLE_ENDIAN))
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + 2 * columnBytes, LITTLE_ENDIAN));
      x += rowBytes;
      FloatVector third =
          initial
              .lanewise(COMBINE, FloatVector.fromMemorySegment(SPECIES, src, x, LITTLE_ENDIAN))
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + columnBytes, LITTLE_ENDIAN))
              .lanewise(
                  COMBINE,
                  FloatVector.fromMemorySegment(SPECIES, src, x + 2 * columnBytes, LITTLE_ENDIAN));
      first
          .lanewise(COMBINE, second)
          .lanewise(COMBINE, third)
          .mul(scales)
          .intoMemorySegment(dst, (to + begin) * Float.BYTES, LITTLE_ENDIAN);
    }
  }

  private static void fourVectors(
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
      float alpha,
      float scale) {
    FloatVector alphas = FloatVector.broadcast(SPECIES, alpha);
    FloatVector initial = FloatVector.broadcast(SPECIES, FUNCTION.initial());
    FloatVector total0 = initial;
    FloatVector total1 = initial;
    FloatVector total2 = initial;
    FloatVector total3 = initial;
    for (int p = 0; p < planes; p++) {
      for (int r = 0; r < rows; r++) {
        for (int begin = 0; begin < columns; begin += BLOCK) {
          long x = at + p * planeStride + r * rowStride + begin * columnStride;
          int count = Math.min(BLOCK, columns - begin);
          FloatVector sum0 = initial;
          FloatVector sum1 = initial;
          FloatVector sum2 = initial;
          FloatVector sum3 = initial;
          for (int k = 0; k < count; k++) {
            long from = (x + k * columnStride) * Float.BYTES;
            FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, src, from, LITTLE_ENDIAN);
            FloatVector x1 =
                FloatVector.fromMemorySegment(SPECIES, src, from + BYTES, LITTLE_ENDIAN);
            FloatVector x2 =
                FloatVector.fromMemorySegment(SPECIES, src, from + 2 * BYTES, LITTLE_ENDIAN);
            FloatVector x3 =
                FloatVector.fromMemorySegment(SPECIES, src, from + 3 * BYTES, LITTLE_ENDIAN);
            FloatVector d0 = x0.sub(alphas);
            FloatVector d1 = x1.sub(alphas);
            FloatVector d2 = x2.sub(alphas);
            FloatVector d3 = x3.sub(alphas);
            sum0 = SQUARES ? d0.fma(d0, sum0) : sum0.lanewise(COMBINE, SIZES ? x0.abs() : x0);
            sum1 = SQUARES ? d1.fma(d1, sum1) : sum1.lanewise(COMBINE, SIZES ? x1.abs() : x1);
            sum2 = SQUARES ? d2.fma(d2, sum2) : sum2.lanewise(COMBINE, SIZES ? x2.abs() : x2);
            sum3 = SQUARES ? d3.fma(d3, sum3) : sum3.lanewise(COMBINE, SIZES ? x3.abs() : x3);
          }
          total0 = total0.lanewise(COMBINE, sum0);
          total1 = total1.lanewise(COMBINE, sum1);
          total2 = total2.lanewise(COMBINE, sum2);
          total3 = total3.lanewise(COMBINE, sum3);
        }
      }
    }
    FloatVector scales = FloatVector.broadcast(SPECIES, scale);
    total0.mul(scales).intoMemorySegment(dst, to * Float.BYTES, LITTLE_ENDIAN);
    total1.mul(scales).intoMemorySegment(dst, (to + LANES) * Float.BYTES, LITTLE_ENDIAN);
    total2.mul(scales).intoMemorySegment(dst, (to + 2L * LANES) * Float.BYTES, LITTLE_ENDIAN);
    total3.mul(scales).intoMemorySegment(dst, (to + 3L * LANES) * Float.BYTES, LITTLE_ENDIAN);
  }

  private static void oneVector(
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
      float alpha,
      float scale) {
    FloatVector alphas = FloatVector.broadcast(SPECIES, alpha);
    FloatVector initial = FloatVector.broadcast(SPECIES, FUNCTION.initial());
    FloatVector total = initial;
    for (int p = 0; p < planes; p++) {
      for (int r = 0; r < rows; r++) {
        for (int begin = 0; begin < columns; begin += BLOCK) {
          long x = at + p * planeStride + r * rowStride + begin * columnStride;
          int count = Math.min(BLOCK, columns - begin);
          FloatVector sum = initial;
          for (int k = 0; k < count; k++) {
            long from = (x + k * columnStride) * Float.BYTES;
            FloatVector element = FloatVector.fromMemorySegment(SPECIES, src, from, LITTLE_ENDIAN);
            FloatVector d = element.sub(alphas);
            sum = SQUARES ? d.fma(d, sum) : sum.lanewise(COMBINE, SIZES ? element.abs() : element);
          }
          total = total.lanewise(COMBINE, sum);
        }
      }
    }
    total
        .mul(FloatVector.broadcast(SPECIES, scale))
        .intoMemorySegment(dst, to * Float.BYTES, LITTLE_ENDIAN);
  }
}
