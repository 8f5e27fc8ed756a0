package io.github.conv4j.internal.compose;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One thread's post-ops on blocks of floats, in f32, as {@link ConvolutionTypes} has it for
 * integers. The JIT compiler makes vectors of these loops.
 */
final class RoundedPostOps {
  private static final int BLOCK = BlockNest.BLOCK;
  static final long HEAP_BYTES = (long) BLOCK * Float.BYTES;

  private final PostOpPlan.Stage[] stages;
  private final BlockNest nest;
  private final float[] seconds = new float[BLOCK];

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
      switch (stage.postOp()) {
        case Eltwise eltwise -> FloatPostOpLoops.apply(eltwise, x, count);
        case Binary binary -> {
          if (stage.hasTensor()) {
            int tensor = stage.tensor();
            PostOpPlan.load(segments[tensor], places[tensor], nest.step(tensor), count, seconds);
          } else {
            Arrays.fill(seconds, 0, count, (float) stage.scalar());
          }
          FloatPostOpLoops.apply(binary.operation(), x, seconds, count);
        }
      }
    }
  }
}
