package io.github.conv4j.internal.compose;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import java.lang.foreign.MemorySegment;

/**
 * One thread's post-ops on blocks of floats, where each result is rounded to f32 before the next,
 * as {@link ConvolutionTypes} has it for integers. The JIT compiler makes vectors of these loops.
 * On the Vector API they would need vectors of half the width, and with two classes of float
 * vectors in a process kernels of engine vector began to allocate.
 */
final class RoundedPostOps {
  private static final int BLOCK = BlockNest.BLOCK;
  static final long HEAP_BYTES = BLOCK * (Float.BYTES + 2L * Double.BYTES);

  private final PostOpPlan.Stage[] stages;
  private final BlockNest nest;
  private final float[] floats = new float[BLOCK];
  private final double[] values = new double[BLOCK];
  private final double[] seconds = new double[BLOCK];

  RoundedPostOps(PostOpPlan plan, BlockNest nest) {
    this.stages = plan.stages();
    this.nest = nest;
  }

  /**
   * Applies all.
   *
   * @param x of {@link BlockNest#BLOCK} elements
   * @param segments with those of the operands
   * @param places where the block begins in each
   */
  void apply(float[] x, MemorySegment[] segments, long[] places, int count) {
    for (PostOpPlan.Stage stage : stages) {
      widen(x, count);
      switch (stage.postOp()) {
        case Eltwise eltwise -> PostOpLoops.apply(eltwise, values, count);
        case Binary binary -> {
          if (stage.hasTensor()) {
            int tensor = stage.tensor();
            PostOpPlan.load(
                segments[tensor], places[tensor], nest.step(tensor), count, floats, seconds);
          } else {
            PostOpPlan.fill(seconds, stage.scalar(), count);
          }
          PostOpLoops.apply(binary.operation(), values, seconds, count);
        }
      }
      narrow(x, count);
    }
  }

  private void widen(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      values[i] = x[i];
    }
  }

  private void narrow(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (float) values[i];
    }
  }
}
