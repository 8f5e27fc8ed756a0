package io.github.conv4j.internal.compose;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.internal.vector.bytes.VectorFloats;
import java.lang.foreign.MemorySegment;

/**
 * One thread's post-ops on blocks of floats, where each result is rounded to f32 before the next,
 * as {@link ConvolutionTypes} has it for integers.
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
      switch (stage.postOp()) {
        case Eltwise eltwise -> {
          if (!VectorLoops.SERVE || !onVectors(eltwise, x, count)) {
            widen(x, count);
            PostOpLoops.apply(eltwise, values, count);
            narrow(x, count);
          }
        }
        case Binary binary -> {
          if (stage.hasTensor()) {
            int tensor = stage.tensor();
            PostOpPlan.load(
                segments[tensor], places[tensor], nest.step(tensor), count, floats, seconds);
          } else {
            PostOpPlan.fill(seconds, stage.scalar(), count);
          }
          widen(x, count);
          PostOpLoops.apply(binary.operation(), values, seconds, count);
          narrow(x, count);
        }
      }
    }
  }

  /** Returns false for functions that have no such loop. */
  private static boolean onVectors(Eltwise eltwise, float[] x, int count) {
    float alpha = eltwise.alpha();
    float beta = eltwise.beta();
    switch (eltwise.function()) {
      case RELU -> VectorFloats.relu(alpha, x, count);
      case CLIP -> VectorFloats.clip(alpha, beta, x, count);
      case LINEAR -> VectorFloats.linear(alpha, beta, x, count);
      case HARD_SWISH -> VectorFloats.hardSwish(x, count);
      case HARD_SIGMOID -> VectorFloats.hardSigmoid(alpha, beta, x, count);
      default -> {
        return false;
      }
    }
    return true;
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
