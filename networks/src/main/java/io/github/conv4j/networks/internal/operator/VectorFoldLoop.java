package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static io.github.conv4j.networks.internal.operator.VectorWidth.load;
import static io.github.conv4j.networks.internal.operator.VectorWidth.store;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** A {@linkplain VectorTemplate template}; rows and channels of at least one vector. */
final class VectorFoldLoop implements FoldLoop {
  private static final VectorFold FOLD =
      VectorTemplate.constant(MethodHandles.lookup(), VectorFold.class);
  private static final FoldFunction FUNCTION = FOLD.function();
  private static final int VECTORS = 4;

  private static FloatVector step(FloatVector sum, FloatVector x, FloatVector alphas) {
    return FOLD.step().apply(sum, x, alphas);
  }

  private static FloatVector combine(FloatVector a, FloatVector b) {
    return FOLD.combine().apply(a, b);
  }

  @Override
  public float row(MemorySegment src, long at, int count, float alpha) {
    FloatVector alphas = all(alpha);
    FloatVector sum0 = all(FUNCTION.initial());
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= count - VECTORS * LANES; i += VECTORS * LANES) {
      sum0 = step(sum0, load(src, at + i), alphas);
      sum1 = step(sum1, load(src, at + i + LANES), alphas);
      sum2 = step(sum2, load(src, at + i + 2L * LANES), alphas);
      sum3 = step(sum3, load(src, at + i + 3L * LANES), alphas);
    }
    for (; i <= count - LANES; i += LANES) {
      sum0 = step(sum0, load(src, at + i), alphas);
    }
    FloatVector sum = combine(combine(sum0, sum1), combine(sum2, sum3));
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
    if (planes == 1 && rows == 2 && columns == 2) {
      fourTaps(src, at, rowStride, columnStride, dst, to, channels, alpha, scale);
      return;
    }
    if (planes == 1 && rows == 3 && columns == 3) {
      nineTaps(src, at, rowStride, columnStride, dst, to, channels, alpha, scale);
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
      float alpha,
      float scale) {
    FloatVector alphas = all(alpha);
    FloatVector initial = all(FUNCTION.initial());
    FloatVector scales = all(scale);
    for (int c = 0; c < channels; c += LANES) {
      int begin = Math.min(c, channels - LANES);
      long x = at + begin;
      FloatVector first =
          step(step(initial, load(src, x), alphas), load(src, x + columnStride), alphas);
      x += rowStride;
      FloatVector second =
          step(step(initial, load(src, x), alphas), load(src, x + columnStride), alphas);
      store(combine(first, second).mul(scales), dst, to + begin);
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
      float alpha,
      float scale) {
    FloatVector alphas = all(alpha);
    FloatVector scales = all(scale);
    for (int c = 0; c < channels; c += LANES) {
      int begin = Math.min(c, channels - LANES);
      long x = at + begin;
      FloatVector first = threeTaps(src, x, columnStride, alphas);
      FloatVector second = threeTaps(src, x + rowStride, columnStride, alphas);
      FloatVector third = threeTaps(src, x + 2 * rowStride, columnStride, alphas);
      store(combine(combine(first, second), third).mul(scales), dst, to + begin);
    }
  }

  private static FloatVector threeTaps(
      MemorySegment src, long x, long columnStride, FloatVector alphas) {
    FloatVector sum = step(all(FUNCTION.initial()), load(src, x), alphas);
    sum = step(sum, load(src, x + columnStride), alphas);
    return step(sum, load(src, x + 2 * columnStride), alphas);
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
    FloatVector alphas = all(alpha);
    FloatVector initial = all(FUNCTION.initial());
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
            sum0 = step(sum0, load(src, x + k * columnStride), alphas);
            sum1 = step(sum1, load(src, x + k * columnStride + LANES), alphas);
            sum2 = step(sum2, load(src, x + k * columnStride + 2L * LANES), alphas);
            sum3 = step(sum3, load(src, x + k * columnStride + 3L * LANES), alphas);
          }
          total0 = combine(total0, sum0);
          total1 = combine(total1, sum1);
          total2 = combine(total2, sum2);
          total3 = combine(total3, sum3);
        }
      }
    }
    FloatVector scales = all(scale);
    store(total0.mul(scales), dst, to);
    store(total1.mul(scales), dst, to + LANES);
    store(total2.mul(scales), dst, to + 2L * LANES);
    store(total3.mul(scales), dst, to + 3L * LANES);
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
    FloatVector alphas = all(alpha);
    FloatVector initial = all(FUNCTION.initial());
    FloatVector total = initial;
    for (int p = 0; p < planes; p++) {
      for (int r = 0; r < rows; r++) {
        for (int begin = 0; begin < columns; begin += BLOCK) {
          long x = at + p * planeStride + r * rowStride + begin * columnStride;
          int count = Math.min(BLOCK, columns - begin);
          FloatVector sum = initial;
          for (int k = 0; k < count; k++) {
            sum = step(sum, load(src, x + k * columnStride), alphas);
          }
          total = combine(total, sum);
        }
      }
    }
    store(total.mul(all(scale)), dst, to);
  }
}
