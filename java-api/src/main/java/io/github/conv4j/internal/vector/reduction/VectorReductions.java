package io.github.conv4j.internal.vector.reduction;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import io.github.conv4j.internal.vector.base.VectorRows;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** Adds up the sums that {@link ReductionText} computes over their lanes, eight at a time. */
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
  public ReductionKernel kernel(int out) {
    var block = new RegisterBlock(ReductionRun.blockPixels(out), out);
    ReductionSumsKernel blocks = new ReductionText(block, 1).kernel();
    ReductionSumsKernel wide = new ReductionText(block, ReductionRun.WIDE).kernel();
    ReductionSumsKernel pixels = new ReductionText(new RegisterBlock(1, out), 1).kernel();
    return (run, src, dst, sums, results) -> {
      if (run.pixels < block.pixels()) {
        pixels.run(run, sums, src);
      } else {
        (run.wide ? wide : blocks).run(run, sums, src);
      }
      finish(run, dst, sums, results);
    };
  }

  private static void finish(ReductionRun run, MemorySegment dst, float[] sums, float[] results) {
    int count = run.pixels * run.out;
    reduce(sums, count, results);
    if (run.dstStep == run.out) {
      VectorRows.store(results, 0, count, 1, count, dst, run.dstBegin, count);
    } else {
      VectorRows.storeApart(
          results, 0, run.out, run.pixels, run.out, dst, run.dstBegin, run.dstStep, 1);
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
