package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Post-ops over a tensor that a convolution without them has written: each element is read, taken
 * through all of them in double precision, and written, exactly once.
 *
 * <p>Axes that follow each other in dst and in every operand are one; blocks of the innermost go
 * through one post-op after the other, in arrays that stay in the nearest cache.
 */
final class PostOpsPass implements Primitive {
  private static final int BLOCK = BlockNest.BLOCK;

  /** The working memory of one call. */
  private final class Scratch implements BlockNest.Body {
    private final float[] floats = new float[BLOCK];
    private final double[] values = new double[BLOCK];
    private final double[] seconds = new double[BLOCK];
    private final MemorySegment[] segments = new MemorySegment[plan.tensorCount()];
    private final BlockNest.Cursor cursor = new BlockNest.Cursor(nest);

    @Override
    public void run(long[] places, int count) {
      runBlock(this, places, count);
    }
  }

  private static final long SCRATCH_BYTES = BLOCK * (Float.BYTES + 2L * Double.BYTES);

  private final PostOpPlan plan;

  /** Of dst, and of each operand that is a tensor. */
  private final BlockNest nest;

  PostOpsPass(PostOps postOps, List<Tensor> requestOperands, TensorSpec dst) {
    plan = new PostOpPlan(postOps, requestOperands, dst, 1);
    List<long[]> strides = new ArrayList<>(List.of(dst.strides()));
    strides.addAll(plan.strides());
    nest = BlockNest.of(dst.shape(), strides);
  }

  /** Returns the bytes of operands on the Java heap. */
  long heapByteSize() {
    return plan.heapByteSize();
  }

  long scratchByteSize() {
    return SCRATCH_BYTES;
  }

  /** Takes every element of dst through the post-ops. */
  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    var scratch = new Scratch();
    return (_, dst, operands) -> run(dst, operands, scratch);
  }

  private void run(MemorySegment dst, MemorySegment[] operands, Scratch scratch) {
    MemorySegment[] segments = scratch.segments;
    segments[0] = dst;
    plan.place(operands, segments);
    try {
      nest.run(0, nest.blockCount(), scratch.cursor, scratch);
    } finally {
      Arrays.fill(segments, MemorySegment.NULL);
    }
  }

  private void runBlock(Scratch scratch, long[] places, int count) {
    double[] values = scratch.values;
    long dstStep = nest.step(0);
    long dstPlace = places[0];
    PostOpPlan.load(scratch.segments[0], dstPlace, dstStep, count, scratch.floats, values);
    for (PostOpPlan.Stage stage : plan.stages()) {
      switch (stage.postOp()) {
        case Eltwise eltwise -> {
          if (eltwise.function() == PostOp.Function.GELU_ERF) {
            geluErf(values, count);
          } else {
            PostOpLoops.apply(eltwise, values, count);
          }
        }
        case Binary binary -> {
          double[] seconds = scratch.seconds;
          if (stage.hasTensor()) {
            PostOpPlan.load(
                scratch.segments[stage.tensor()],
                places[stage.tensor()],
                nest.step(stage.tensor()),
                count,
                scratch.floats,
                seconds);
          } else {
            PostOpPlan.fill(seconds, stage.scalar(), count);
          }
          PostOpLoops.apply(binary.operation(), values, seconds, count);
        }
      }
    }
    store(scratch.segments[0], dstPlace, dstStep, count, scratch.floats, values);
  }

  private static void store(
      MemorySegment to, long place, long step, int count, float[] floats, double[] values) {
    if (step == 1) {
      for (int i = 0; i < count; i++) {
        floats[i] = (float) values[i];
      }
      MemorySegment.copy(floats, 0, to, JAVA_FLOAT, place * Float.BYTES, count);
    } else {
      for (int i = 0; i < count; i++) {
        to.setAtIndex(JAVA_FLOAT, place + i * step, (float) values[i]);
      }
    }
  }

  /** Faster than by the definition. */
  private static void geluErf(double[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] *= 0.5 * complementaryError(-x[i] * Math.sqrt(0.5));
    }
  }

  /**
   * Returns {@code 1 - erf(x)} with a relative error below 1.2e-7: a Chebyshev fit.
   *
   * @see <a href="https://en.wikipedia.org/wiki/Error_function#Polynomial">Press et al.: Numerical
   *     Recipes, 6.2</a>
   */
  private static double complementaryError(double x) {
    double z = Math.abs(x);
    double t = 1 / (1 + 0.5 * z);
    double sum = 0.17087277;
    sum = sum * t - 0.82215223;
    sum = sum * t + 1.48851587;
    sum = sum * t - 1.13520398;
    sum = sum * t + 0.27886807;
    sum = sum * t - 0.18628806;
    sum = sum * t + 0.09678418;
    sum = sum * t + 0.37409196;
    sum = sum * t + 1.00002368;
    double tail = t * Math.exp(-z * z - 1.26551223 + t * sum);
    return x >= 0 ? tail : 2 - tail;
  }
}
