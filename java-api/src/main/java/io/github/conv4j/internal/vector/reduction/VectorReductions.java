package io.github.conv4j.internal.vector.reduction;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static io.github.conv4j.internal.vector.base.VectorWidth.VECTOR_BYTES;

import io.github.conv4j.internal.vector.base.VectorRows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums of vectors of input channels times vectors of weights, which are reduced over their lanes at
 * the end, eight at a time. Eight sums hide the latency of a multiplication. The loops over vectors
 * of channels advance by a step that is no constant: C2 would cut them into a prologue, a body and
 * an epilogue, and there are few turns.
 */
final class VectorReductions implements ReductionKernels {
  private static final int HALF = LANES / 2;
  private static final int QUARTER = LANES / 4;
  private static final int EIGHTH = Math.max(1, LANES / 8);
  private static final VectorMask<Float> SECOND_HALVES = apart(HALF);
  private static final VectorMask<Float> SECOND_QUARTERS = apart(QUARTER);
  private static final VectorMask<Float> SECOND_EIGHTHS = apart(EIGHTH);
  private static final VectorShuffle<Float> SWAP_HALVES = swap(HALF);
  private static final VectorShuffle<Float> SWAP_QUARTERS = swap(QUARTER);
  private static final VectorShuffle<Float> SWAP_EIGHTHS = swap(EIGHTH);
  private static final VectorShuffle<Float> SWAP_PAIRS = swap(1);
  private static final VectorShuffle<Float> EVEN =
      VectorShuffle.fromOp(SPECIES, i -> 2 * i % LANES);
  private static final VectorMask<Float> ODD = apart(1);
  private static final VectorShuffle<Float> LOW_HALVES = VectorShuffle.fromOp(SPECIES, i -> i / 2);
  private static final VectorShuffle<Float> HIGH_HALVES =
      VectorShuffle.fromOp(SPECIES, i -> (i + LANES) / 2);

  @Override
  public int lanes() {
    return LANES;
  }

  /** The lanes whose number has this power of two. */
  private static VectorMask<Float> apart(int distance) {
    boolean[] second = new boolean[LANES];
    for (int i = 0; i < LANES; i++) {
      second[i] = (i & distance) != 0;
    }
    return VectorMask.fromArray(SPECIES, second, 0);
  }

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(SPECIES, i -> i ^ distance);
  }

  @Override
  public void reduction(
      ReductionRun run, MemorySegment src, MemorySegment dst, float[] sums, float[] results) {
    if (run.pixels < ReductionRun.blockPixels(run.out)) {
      pixels(run, src, sums);
    } else if (run.wide) {
      blocksWide(run, src, sums);
    } else {
      blocks(run, src, sums);
    }
    int count = run.pixels * run.out;
    reduce(sums, count, results);
    if (run.dstStep == run.out) {
      VectorRows.store(results, 0, count, 1, count, dst, run.dstBegin, count);
    } else {
      VectorRows.storeApart(
          results, 0, run.out, run.pixels, run.out, dst, run.dstBegin, run.dstStep, 1);
    }
  }

  private static void blocks(ReductionRun run, MemorySegment src, float[] sums) {
    switch (run.out) {
      case 1 -> block8x1(run, src, sums);
      case 2 -> block4x2(run, src, sums);
      case 3 -> block2x3(run, src, sums);
      default -> block2x4(run, src, sums);
    }
  }

  private static void blocksWide(ReductionRun run, MemorySegment src, float[] sums) {
    int block = ReductionRun.blockPixels(run.out);
    int last = run.pixels - block;
    for (int p = 0; p < run.pixels; p += block) {
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * run.pixelStep;
      int to = pixel * run.vectorFloats;
      switch (run.out) {
        case 1 -> block8x1Wide(run, src, begin, sums, to);
        case 2 -> block4x2Wide(run, src, begin, sums, to);
        case 3 -> block2x3Wide(run, src, begin, sums, to);
        default -> block2x4Wide(run, src, begin, sums, to);
      }
    }
  }

  private static void pixels(ReductionRun run, MemorySegment src, float[] sums) {
    switch (run.out) {
      case 1 -> block1x1(run, src, sums);
      case 2 -> block1x2(run, src, sums);
      case 3 -> block1x3(run, src, sums);
      default -> block1x4(run, src, sums);
    }
  }

  /** Eight pixels times one output channel. */
  private static void block8x1(ReductionRun run, MemorySegment src, float[] sums) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    int last = run.pixels - 8;
    for (int p = 0; p < run.pixels; p += 8) {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * pixelStep;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
      FloatVector sum1 = sum0;
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum0;
      FloatVector sum4 = sum0;
      FloatVector sum5 = sum0;
      FloatVector sum6 = sum0;
      FloatVector sum7 = sum0;
      for (int i = 0; i < steps; i++) {
        long at = begin + run.steps[i];
        int weightsAt = run.stepTaps[i] * tapFloats;
        int end = weightsAt + tapFloats;
        long vector = 0;
        do {
          long from = at + vector;
          FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum0 = value.fma(weights, sum0);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum1 = value.fma(weights, sum1);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum2 = value.fma(weights, sum2);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum3 = value.fma(weights, sum3);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum4 = value.fma(weights, sum4);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum5 = value.fma(weights, sum5);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum6 = value.fma(weights, sum6);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum7 = value.fma(weights, sum7);
          vector = Math.min(vector + VECTOR_BYTES, lastVector);
          weightsAt += vectorFloats;
        } while (weightsAt < end);
      }
      int to = pixel * vectorFloats;
      sum0.intoArray(sums, to);
      sum1.intoArray(sums, to + LANES);
      sum2.intoArray(sums, to + 2 * LANES);
      sum3.intoArray(sums, to + 3 * LANES);
      sum4.intoArray(sums, to + 4 * LANES);
      sum5.intoArray(sums, to + 5 * LANES);
      sum6.intoArray(sums, to + 6 * LANES);
      sum7.intoArray(sums, to + 7 * LANES);
    }
  }

  /** Eight pixels times one output channel, three taps a step. */
  private static void block8x1Wide(
      ReductionRun run, MemorySegment src, long begin, float[] sums, int to) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    FloatVector sum4 = sum0;
    FloatVector sum5 = sum0;
    FloatVector sum6 = sum0;
    FloatVector sum7 = sum0;
    for (int i = 0; i < steps; i++) {
      long at = begin + run.steps[i];
      int weightsAt = run.stepTaps[i] * tapFloats;
      int end = weightsAt + tapFloats;
      long vector = 0;
      do {
        long from = at + vector;
        FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
        FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats);
        FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats);
        FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights0, sum0);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights1, sum0);
        sum1 = value.fma(weights0, sum1);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights2, sum0);
        sum1 = value.fma(weights1, sum1);
        sum2 = value.fma(weights0, sum2);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum1 = value.fma(weights2, sum1);
        sum2 = value.fma(weights1, sum2);
        sum3 = value.fma(weights0, sum3);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum2 = value.fma(weights2, sum2);
        sum3 = value.fma(weights1, sum3);
        sum4 = value.fma(weights0, sum4);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum3 = value.fma(weights2, sum3);
        sum4 = value.fma(weights1, sum4);
        sum5 = value.fma(weights0, sum5);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum4 = value.fma(weights2, sum4);
        sum5 = value.fma(weights1, sum5);
        sum6 = value.fma(weights0, sum6);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum5 = value.fma(weights2, sum5);
        sum6 = value.fma(weights1, sum6);
        sum7 = value.fma(weights0, sum7);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum6 = value.fma(weights2, sum6);
        sum7 = value.fma(weights1, sum7);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum7 = value.fma(weights2, sum7);
        vector = Math.min(vector + VECTOR_BYTES, lastVector);
        weightsAt += vectorFloats;
      } while (weightsAt < end);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + LANES);
    sum2.intoArray(sums, to + 2 * LANES);
    sum3.intoArray(sums, to + 3 * LANES);
    sum4.intoArray(sums, to + 4 * LANES);
    sum5.intoArray(sums, to + 5 * LANES);
    sum6.intoArray(sums, to + 6 * LANES);
    sum7.intoArray(sums, to + 7 * LANES);
  }

  /** Four pixels times two output channels. */
  private static void block4x2(ReductionRun run, MemorySegment src, float[] sums) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    int last = run.pixels - 4;
    for (int p = 0; p < run.pixels; p += 4) {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * pixelStep;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
      FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum1;
      FloatVector sum4 = sum0;
      FloatVector sum5 = sum1;
      FloatVector sum6 = sum0;
      FloatVector sum7 = sum1;
      for (int i = 0; i < steps; i++) {
        long at = begin + run.steps[i];
        int weightsAt = run.stepTaps[i] * tapFloats;
        int end = weightsAt + tapFloats;
        long vector = 0;
        do {
          long from = at + vector;
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
          FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum0 = value.fma(weights0, sum0);
          sum1 = value.fma(weights1, sum1);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum2 = value.fma(weights0, sum2);
          sum3 = value.fma(weights1, sum3);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum4 = value.fma(weights0, sum4);
          sum5 = value.fma(weights1, sum5);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum6 = value.fma(weights0, sum6);
          sum7 = value.fma(weights1, sum7);
          vector = Math.min(vector + VECTOR_BYTES, lastVector);
          weightsAt += vectorFloats;
        } while (weightsAt < end);
      }
      int to = pixel * vectorFloats;
      sum0.intoArray(sums, to);
      sum1.intoArray(sums, to + LANES);
      sum2.intoArray(sums, to + 2 * LANES);
      sum3.intoArray(sums, to + 3 * LANES);
      sum4.intoArray(sums, to + 4 * LANES);
      sum5.intoArray(sums, to + 5 * LANES);
      sum6.intoArray(sums, to + 6 * LANES);
      sum7.intoArray(sums, to + 7 * LANES);
    }
  }

  /** Four pixels times two output channels, three taps a step. */
  private static void block4x2Wide(
      ReductionRun run, MemorySegment src, long begin, float[] sums, int to) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
    FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum1;
    FloatVector sum4 = sum0;
    FloatVector sum5 = sum1;
    FloatVector sum6 = sum0;
    FloatVector sum7 = sum1;
    for (int i = 0; i < steps; i++) {
      long at = begin + run.steps[i];
      int weightsAt = run.stepTaps[i] * tapFloats;
      int end = weightsAt + tapFloats;
      long vector = 0;
      do {
        long from = at + vector;
        FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, weightsAt);
        FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
        FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats);
        FloatVector weights11 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats + LANES);
        FloatVector weights20 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats);
        FloatVector weights21 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats + LANES);
        FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights00, sum0);
        sum1 = value.fma(weights01, sum1);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights10, sum0);
        sum1 = value.fma(weights11, sum1);
        sum2 = value.fma(weights00, sum2);
        sum3 = value.fma(weights01, sum3);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights20, sum0);
        sum1 = value.fma(weights21, sum1);
        sum2 = value.fma(weights10, sum2);
        sum3 = value.fma(weights11, sum3);
        sum4 = value.fma(weights00, sum4);
        sum5 = value.fma(weights01, sum5);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum2 = value.fma(weights20, sum2);
        sum3 = value.fma(weights21, sum3);
        sum4 = value.fma(weights10, sum4);
        sum5 = value.fma(weights11, sum5);
        sum6 = value.fma(weights00, sum6);
        sum7 = value.fma(weights01, sum7);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum4 = value.fma(weights20, sum4);
        sum5 = value.fma(weights21, sum5);
        sum6 = value.fma(weights10, sum6);
        sum7 = value.fma(weights11, sum7);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum6 = value.fma(weights20, sum6);
        sum7 = value.fma(weights21, sum7);
        vector = Math.min(vector + VECTOR_BYTES, lastVector);
        weightsAt += vectorFloats;
      } while (weightsAt < end);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + LANES);
    sum2.intoArray(sums, to + 2 * LANES);
    sum3.intoArray(sums, to + 3 * LANES);
    sum4.intoArray(sums, to + 4 * LANES);
    sum5.intoArray(sums, to + 5 * LANES);
    sum6.intoArray(sums, to + 6 * LANES);
    sum7.intoArray(sums, to + 7 * LANES);
  }

  /** Two pixels times three output channels. */
  private static void block2x3(ReductionRun run, MemorySegment src, float[] sums) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    int last = run.pixels - 2;
    for (int p = 0; p < run.pixels; p += 2) {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * pixelStep;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
      FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
      FloatVector sum2 = FloatVector.fromArray(SPECIES, bias, 2 * LANES);
      FloatVector sum3 = sum0;
      FloatVector sum4 = sum1;
      FloatVector sum5 = sum2;
      for (int i = 0; i < steps; i++) {
        long at = begin + run.steps[i];
        int weightsAt = run.stepTaps[i] * tapFloats;
        int end = weightsAt + tapFloats;
        long vector = 0;
        do {
          long from = at + vector;
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
          FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
          FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum0 = value.fma(weights0, sum0);
          sum1 = value.fma(weights1, sum1);
          sum2 = value.fma(weights2, sum2);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum3 = value.fma(weights0, sum3);
          sum4 = value.fma(weights1, sum4);
          sum5 = value.fma(weights2, sum5);
          vector = Math.min(vector + VECTOR_BYTES, lastVector);
          weightsAt += vectorFloats;
        } while (weightsAt < end);
      }
      int to = pixel * vectorFloats;
      sum0.intoArray(sums, to);
      sum1.intoArray(sums, to + LANES);
      sum2.intoArray(sums, to + 2 * LANES);
      sum3.intoArray(sums, to + 3 * LANES);
      sum4.intoArray(sums, to + 4 * LANES);
      sum5.intoArray(sums, to + 5 * LANES);
    }
  }

  /** Two pixels times three output channels, three taps a step. */
  private static void block2x3Wide(
      ReductionRun run, MemorySegment src, long begin, float[] sums, int to) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
    FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
    FloatVector sum2 = FloatVector.fromArray(SPECIES, bias, 2 * LANES);
    FloatVector sum3 = sum0;
    FloatVector sum4 = sum1;
    FloatVector sum5 = sum2;
    for (int i = 0; i < steps; i++) {
      long at = begin + run.steps[i];
      int weightsAt = run.stepTaps[i] * tapFloats;
      int end = weightsAt + tapFloats;
      long vector = 0;
      do {
        long from = at + vector;
        FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, weightsAt);
        FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
        FloatVector weights02 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
        FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats);
        FloatVector weights11 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats + LANES);
        FloatVector weights12 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats + 2 * LANES);
        FloatVector weights20 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats);
        FloatVector weights21 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats + LANES);
        FloatVector weights22 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats + 2 * LANES);
        FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights00, sum0);
        sum1 = value.fma(weights01, sum1);
        sum2 = value.fma(weights02, sum2);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights10, sum0);
        sum1 = value.fma(weights11, sum1);
        sum2 = value.fma(weights12, sum2);
        sum3 = value.fma(weights00, sum3);
        sum4 = value.fma(weights01, sum4);
        sum5 = value.fma(weights02, sum5);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights20, sum0);
        sum1 = value.fma(weights21, sum1);
        sum2 = value.fma(weights22, sum2);
        sum3 = value.fma(weights10, sum3);
        sum4 = value.fma(weights11, sum4);
        sum5 = value.fma(weights12, sum5);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum3 = value.fma(weights20, sum3);
        sum4 = value.fma(weights21, sum4);
        sum5 = value.fma(weights22, sum5);
        vector = Math.min(vector + VECTOR_BYTES, lastVector);
        weightsAt += vectorFloats;
      } while (weightsAt < end);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + LANES);
    sum2.intoArray(sums, to + 2 * LANES);
    sum3.intoArray(sums, to + 3 * LANES);
    sum4.intoArray(sums, to + 4 * LANES);
    sum5.intoArray(sums, to + 5 * LANES);
  }

  /** Two pixels times four output channels. */
  private static void block2x4(ReductionRun run, MemorySegment src, float[] sums) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    int last = run.pixels - 2;
    for (int p = 0; p < run.pixels; p += 2) {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * pixelStep;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
      FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
      FloatVector sum2 = FloatVector.fromArray(SPECIES, bias, 2 * LANES);
      FloatVector sum3 = FloatVector.fromArray(SPECIES, bias, 3 * LANES);
      FloatVector sum4 = sum0;
      FloatVector sum5 = sum1;
      FloatVector sum6 = sum2;
      FloatVector sum7 = sum3;
      for (int i = 0; i < steps; i++) {
        long at = begin + run.steps[i];
        int weightsAt = run.stepTaps[i] * tapFloats;
        int end = weightsAt + tapFloats;
        long vector = 0;
        do {
          long from = at + vector;
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
          FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
          FloatVector weights3 = FloatVector.fromArray(SPECIES, packed, weightsAt + 3 * LANES);
          FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum0 = value.fma(weights0, sum0);
          sum1 = value.fma(weights1, sum1);
          sum2 = value.fma(weights2, sum2);
          sum3 = value.fma(weights3, sum3);
          from += pixelStep;
          value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum4 = value.fma(weights0, sum4);
          sum5 = value.fma(weights1, sum5);
          sum6 = value.fma(weights2, sum6);
          sum7 = value.fma(weights3, sum7);
          vector = Math.min(vector + VECTOR_BYTES, lastVector);
          weightsAt += vectorFloats;
        } while (weightsAt < end);
      }
      int to = pixel * vectorFloats;
      sum0.intoArray(sums, to);
      sum1.intoArray(sums, to + LANES);
      sum2.intoArray(sums, to + 2 * LANES);
      sum3.intoArray(sums, to + 3 * LANES);
      sum4.intoArray(sums, to + 4 * LANES);
      sum5.intoArray(sums, to + 5 * LANES);
      sum6.intoArray(sums, to + 6 * LANES);
      sum7.intoArray(sums, to + 7 * LANES);
    }
  }

  /** Two pixels times four output channels, three taps a step. */
  private static void block2x4Wide(
      ReductionRun run, MemorySegment src, long begin, float[] sums, int to) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
    FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
    FloatVector sum2 = FloatVector.fromArray(SPECIES, bias, 2 * LANES);
    FloatVector sum3 = FloatVector.fromArray(SPECIES, bias, 3 * LANES);
    FloatVector sum4 = sum0;
    FloatVector sum5 = sum1;
    FloatVector sum6 = sum2;
    FloatVector sum7 = sum3;
    for (int i = 0; i < steps; i++) {
      long at = begin + run.steps[i];
      int weightsAt = run.stepTaps[i] * tapFloats;
      int end = weightsAt + tapFloats;
      long vector = 0;
      do {
        long from = at + vector;
        FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, weightsAt);
        FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
        FloatVector weights02 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
        FloatVector weights03 = FloatVector.fromArray(SPECIES, packed, weightsAt + 3 * LANES);
        FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats);
        FloatVector weights11 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats + LANES);
        FloatVector weights12 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats + 2 * LANES);
        FloatVector weights13 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + tapFloats + 3 * LANES);
        FloatVector weights20 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats);
        FloatVector weights21 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats + LANES);
        FloatVector weights22 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats + 2 * LANES);
        FloatVector weights23 =
            FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * tapFloats + 3 * LANES);
        FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights00, sum0);
        sum1 = value.fma(weights01, sum1);
        sum2 = value.fma(weights02, sum2);
        sum3 = value.fma(weights03, sum3);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights10, sum0);
        sum1 = value.fma(weights11, sum1);
        sum2 = value.fma(weights12, sum2);
        sum3 = value.fma(weights13, sum3);
        sum4 = value.fma(weights00, sum4);
        sum5 = value.fma(weights01, sum5);
        sum6 = value.fma(weights02, sum6);
        sum7 = value.fma(weights03, sum7);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum0 = value.fma(weights20, sum0);
        sum1 = value.fma(weights21, sum1);
        sum2 = value.fma(weights22, sum2);
        sum3 = value.fma(weights23, sum3);
        sum4 = value.fma(weights10, sum4);
        sum5 = value.fma(weights11, sum5);
        sum6 = value.fma(weights12, sum6);
        sum7 = value.fma(weights13, sum7);
        from += pixelStep;
        value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
        sum4 = value.fma(weights20, sum4);
        sum5 = value.fma(weights21, sum5);
        sum6 = value.fma(weights22, sum6);
        sum7 = value.fma(weights23, sum7);
        vector = Math.min(vector + VECTOR_BYTES, lastVector);
        weightsAt += vectorFloats;
      } while (weightsAt < end);
    }
    sum0.intoArray(sums, to);
    sum1.intoArray(sums, to + LANES);
    sum2.intoArray(sums, to + 2 * LANES);
    sum3.intoArray(sums, to + 3 * LANES);
    sum4.intoArray(sums, to + 4 * LANES);
    sum5.intoArray(sums, to + 5 * LANES);
    sum6.intoArray(sums, to + 6 * LANES);
    sum7.intoArray(sums, to + 7 * LANES);
  }

  /** One pixel times one output channel. */
  private static void block1x1(ReductionRun run, MemorySegment src, float[] sums) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    int last = run.pixels - 1;
    for (int p = 0; p < run.pixels; p += 1) {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * pixelStep;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
      for (int i = 0; i < steps; i++) {
        long at = begin + run.steps[i];
        int weightsAt = run.stepTaps[i] * tapFloats;
        int end = weightsAt + tapFloats;
        long vector = 0;
        do {
          long from = at + vector;
          FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum0 = value.fma(weights, sum0);
          vector = Math.min(vector + VECTOR_BYTES, lastVector);
          weightsAt += vectorFloats;
        } while (weightsAt < end);
      }
      int to = pixel * vectorFloats;
      sum0.intoArray(sums, to);
    }
  }

  /** One pixel times two output channels. */
  private static void block1x2(ReductionRun run, MemorySegment src, float[] sums) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    int last = run.pixels - 1;
    for (int p = 0; p < run.pixels; p += 1) {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * pixelStep;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
      FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
      for (int i = 0; i < steps; i++) {
        long at = begin + run.steps[i];
        int weightsAt = run.stepTaps[i] * tapFloats;
        int end = weightsAt + tapFloats;
        long vector = 0;
        do {
          long from = at + vector;
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
          FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum0 = value.fma(weights0, sum0);
          sum1 = value.fma(weights1, sum1);
          vector = Math.min(vector + VECTOR_BYTES, lastVector);
          weightsAt += vectorFloats;
        } while (weightsAt < end);
      }
      int to = pixel * vectorFloats;
      sum0.intoArray(sums, to);
      sum1.intoArray(sums, to + LANES);
    }
  }

  /** One pixel times three output channels. */
  private static void block1x3(ReductionRun run, MemorySegment src, float[] sums) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    int last = run.pixels - 1;
    for (int p = 0; p < run.pixels; p += 1) {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * pixelStep;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
      FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
      FloatVector sum2 = FloatVector.fromArray(SPECIES, bias, 2 * LANES);
      for (int i = 0; i < steps; i++) {
        long at = begin + run.steps[i];
        int weightsAt = run.stepTaps[i] * tapFloats;
        int end = weightsAt + tapFloats;
        long vector = 0;
        do {
          long from = at + vector;
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
          FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
          FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum0 = value.fma(weights0, sum0);
          sum1 = value.fma(weights1, sum1);
          sum2 = value.fma(weights2, sum2);
          vector = Math.min(vector + VECTOR_BYTES, lastVector);
          weightsAt += vectorFloats;
        } while (weightsAt < end);
      }
      int to = pixel * vectorFloats;
      sum0.intoArray(sums, to);
      sum1.intoArray(sums, to + LANES);
      sum2.intoArray(sums, to + 2 * LANES);
    }
  }

  /** One pixel times four output channels. */
  private static void block1x4(ReductionRun run, MemorySegment src, float[] sums) {
    float[] packed = run.packed;
    float[] bias = run.bias;
    long pixelStep = run.pixelStep;
    long lastVector = run.lastVector;
    int vectorFloats = run.vectorFloats;
    int tapFloats = run.tapFloats;
    int steps = run.stepCount;
    int last = run.pixels - 1;
    for (int p = 0; p < run.pixels; p += 1) {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      long begin = run.srcBegin + pixel * pixelStep;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, bias, 0);
      FloatVector sum1 = FloatVector.fromArray(SPECIES, bias, LANES);
      FloatVector sum2 = FloatVector.fromArray(SPECIES, bias, 2 * LANES);
      FloatVector sum3 = FloatVector.fromArray(SPECIES, bias, 3 * LANES);
      for (int i = 0; i < steps; i++) {
        long at = begin + run.steps[i];
        int weightsAt = run.stepTaps[i] * tapFloats;
        int end = weightsAt + tapFloats;
        long vector = 0;
        do {
          long from = at + vector;
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
          FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
          FloatVector weights3 = FloatVector.fromArray(SPECIES, packed, weightsAt + 3 * LANES);
          FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, from, ORDER);
          sum0 = value.fma(weights0, sum0);
          sum1 = value.fma(weights1, sum1);
          sum2 = value.fma(weights2, sum2);
          sum3 = value.fma(weights3, sum3);
          vector = Math.min(vector + VECTOR_BYTES, lastVector);
          weightsAt += vectorFloats;
        } while (weightsAt < end);
      }
      int to = pixel * vectorFloats;
      sum0.intoArray(sums, to);
      sum1.intoArray(sums, to + LANES);
      sum2.intoArray(sums, to + 2 * LANES);
      sum3.intoArray(sums, to + 3 * LANES);
    }
  }

  /**
   * Adds up the lanes of vectors. Halves of two vectors are put together and added, then quarters
   * of two such, then eighths, until each lane, or pair of lanes, belongs to one of eight. Written
   * out: a vector that is passed to a method that is not inlined lands on the heap, and a method as
   * long as this one is compiled for itself.
   */
  private static void reduce(float[] sums, int count, float[] results) {
    for (int i = 0; i < count; i += ReductionRun.SUMS) {
      int at = i * LANES;
      FloatVector sum0 = FloatVector.fromArray(SPECIES, sums, at);
      FloatVector sum1 = FloatVector.fromArray(SPECIES, sums, at + LANES);
      FloatVector sum2 = FloatVector.fromArray(SPECIES, sums, at + 2 * LANES);
      FloatVector sum3 = FloatVector.fromArray(SPECIES, sums, at + 3 * LANES);
      FloatVector sum4 = FloatVector.fromArray(SPECIES, sums, at + 4 * LANES);
      FloatVector sum5 = FloatVector.fromArray(SPECIES, sums, at + 5 * LANES);
      FloatVector sum6 = FloatVector.fromArray(SPECIES, sums, at + 6 * LANES);
      FloatVector sum7 = FloatVector.fromArray(SPECIES, sums, at + 7 * LANES);
      sum0 =
          sum0.blend(sum4, SECOND_HALVES)
              .add(sum4.blend(sum0, SECOND_HALVES).rearrange(SWAP_HALVES));
      sum1 =
          sum1.blend(sum5, SECOND_HALVES)
              .add(sum5.blend(sum1, SECOND_HALVES).rearrange(SWAP_HALVES));
      sum2 =
          sum2.blend(sum6, SECOND_HALVES)
              .add(sum6.blend(sum2, SECOND_HALVES).rearrange(SWAP_HALVES));
      sum3 =
          sum3.blend(sum7, SECOND_HALVES)
              .add(sum7.blend(sum3, SECOND_HALVES).rearrange(SWAP_HALVES));
      // Quarters: even sums in the first vector, odd ones in the second.
      sum0 =
          sum0.blend(sum2, SECOND_QUARTERS)
              .add(sum2.blend(sum0, SECOND_QUARTERS).rearrange(SWAP_QUARTERS));
      sum1 =
          sum1.blend(sum3, SECOND_QUARTERS)
              .add(sum3.blend(sum1, SECOND_QUARTERS).rearrange(SWAP_QUARTERS));
      if (LANES == 4) {
        // Each lane is a sum: 0, 2, 4, 6 and 1, 3, 5, 7.
        FloatVector low = sum0.rearrange(LOW_HALVES).blend(sum1.rearrange(LOW_HALVES), ODD);
        FloatVector high = sum0.rearrange(HIGH_HALVES).blend(sum1.rearrange(HIGH_HALVES), ODD);
        low.intoArray(results, i);
        high.intoArray(results, i + 4);
      } else {
        sum0 =
            sum0.blend(sum1, SECOND_EIGHTHS)
                .add(sum1.blend(sum0, SECOND_EIGHTHS).rearrange(SWAP_EIGHTHS));
        if (LANES == 16) {
          sum0 = sum0.add(sum0.rearrange(SWAP_PAIRS)).rearrange(EVEN);
        }
        sum0.intoArray(results, i);
      }
    }
  }
}
