package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Origin;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Post-ops over a tensor that a convolution without them has written: each element is read, taken
 * through all of them in double precision, and written, exactly once.
 *
 * <p>Axes that follow each other in dst and in every operand are one; blocks of the innermost go
 * through one post-op after the other, in arrays that stay in the nearest cache.
 */
final class PostOpsPass implements Primitive {
  private static final int BLOCK = 512;

  /** A post-op, and where its operand is. */
  private record Stage(PostOp postOp, int array, double scalar) {
    boolean hasTensor() {
      return array >= 0;
    }
  }

  /** The working memory of one call. */
  private static final class Scratch {
    private final float[] floats = new float[BLOCK];
    private final double[] values = new double[BLOCK];
    private final double[] seconds = new double[BLOCK];
    private final MemorySegment[] segments;
    private final long[] places;
    private final long[] index;

    private Scratch(int arrayCount, int axisCount) {
      segments = new MemorySegment[arrayCount];
      places = new long[arrayCount];
      index = new long[axisCount];
    }
  }

  private static final long SCRATCH_BYTES = BLOCK * (Float.BYTES + 2L * Double.BYTES);

  private final Stage[] stages;

  /** Sizes of the axes, the innermost last. */
  private final long[] sizes;

  /** The steps of dst and of each operand that is a tensor, along each axis. */
  private final long[][] steps;

  /** Of each operand that is a tensor of the request; null for those of a run. */
  private final MemorySegment[] constants;

  private final int[] runIndexes;
  private final long constantsByteSize;

  PostOpsPass(PostOps postOps, List<Tensor> requestOperands, TensorSpec dst) {
    List<Stage> planned = new ArrayList<>();
    List<long[]> strides = new ArrayList<>(List.of(dst.strides()));
    List<MemorySegment> segments = new ArrayList<>(List.of(MemorySegment.NULL));
    List<Integer> runs = new ArrayList<>(List.of(-1));
    int requests = 0;
    int runCount = 0;
    long bytes = 0;
    for (PostOp postOp : postOps.list()) {
      Operand operand = postOp instanceof Binary binary ? binary.operand() : Operand.scalar(0);
      if (operand.origin() == Origin.DESCRIPTION) {
        planned.add(new Stage(postOp, -1, operand.value()));
        continue;
      }
      planned.add(new Stage(postOp, strides.size(), 0));
      if (operand.origin() == Origin.REQUEST) {
        float[] values = requestOperands.get(requests++).toFloatArray();
        bytes += (long) values.length * Float.BYTES;
        strides.add(rowMajorStrides(operand.extent(), dst.shape()));
        segments.add(MemorySegment.ofArray(values));
        runs.add(-1);
      } else {
        strides.add(
            operand.extent() == Extent.FULL
                ? ConvolutionRequest.runOperandSpec(operand, dst).strides()
                : rowMajorStrides(operand.extent(), dst.shape()));
        segments.add(MemorySegment.NULL);
        runs.add(runCount++);
      }
    }
    stages = planned.toArray(Stage[]::new);
    constants = segments.toArray(MemorySegment[]::new);
    runIndexes = runs.stream().mapToInt(Integer::intValue).toArray();
    constantsByteSize = bytes;
    List<Integer> axes = axes(dst.shape(), strides);
    int count = axes.size();
    long[] sizesOfAxes = new long[count];
    long[][] stepsOfAxes = new long[strides.size()][count];
    int merged = 0;
    for (int axis : axes) {
      long size = dst.shape().dim(axis);
      if (merged > 0 && follows(strides, axis, size, stepsOfAxes, merged - 1)) {
        sizesOfAxes[merged - 1] *= size;
      } else {
        sizesOfAxes[merged++] = size;
      }
      for (int i = 0; i < stepsOfAxes.length; i++) {
        stepsOfAxes[i][merged - 1] = strides.get(i)[axis];
      }
    }
    sizes = Arrays.copyOf(sizesOfAxes, merged);
    steps = new long[strides.size()][];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = Arrays.copyOf(stepsOfAxes[i], merged);
    }
  }

  private static long[] rowMajorStrides(Extent extent, Shape dst) {
    long[] strides = new long[dst.rank()];
    switch (extent) {
      case SCALAR -> {}
      case PER_CHANNEL -> strides[1] = 1;
      case FULL -> {
        long step = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
          strides[axis] = step;
          step *= dst.dim(axis);
        }
      }
    }
    return strides;
  }

  /** The axes with more than one element, or one of them, the widest steps in dst first. */
  private static List<Integer> axes(Shape dst, List<long[]> strides) {
    long[] ofDst = strides.getFirst();
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < dst.rank(); axis++) {
      if (dst.dim(axis) > 1) {
        axes.add(axis);
      }
    }
    if (axes.isEmpty()) {
      axes.add(dst.rank() - 1);
    }
    axes.sort(Comparator.comparingLong(axis -> -ofDst[axis]));
    return axes;
  }

  /** Whether an axis continues the one outside of it, in dst and in every operand. */
  private static boolean follows(
      List<long[]> strides, int axis, long size, long[][] stepsOfAxes, int outer) {
    for (int i = 0; i < stepsOfAxes.length; i++) {
      if (stepsOfAxes[i][outer] != size * strides.get(i)[axis]) {
        return false;
      }
    }
    return true;
  }

  /** Returns the bytes of operands on the Java heap. */
  long heapByteSize() {
    return constantsByteSize;
  }

  long scratchByteSize() {
    return SCRATCH_BYTES;
  }

  /** Takes every element of dst through the post-ops. */
  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    var scratch = new Scratch(steps.length, sizes.length);
    return (_, dst, operands) -> run(dst, operands, scratch);
  }

  private void run(MemorySegment dst, MemorySegment[] operands, Scratch scratch) {
    MemorySegment[] segments = scratch.segments;
    segments[0] = dst;
    for (int i = 1; i < segments.length; i++) {
      segments[i] = runIndexes[i] < 0 ? constants[i] : operands[runIndexes[i]];
    }
    try {
      runRows(scratch);
    } finally {
      Arrays.fill(segments, MemorySegment.NULL);
    }
  }

  private void runRows(Scratch scratch) {
    long[] places = scratch.places;
    long[] index = scratch.index;
    Arrays.fill(places, 0);
    Arrays.fill(index, 0);
    int inner = sizes.length - 1;
    while (true) {
      for (long at = 0; at < sizes[inner]; at += BLOCK) {
        runBlock(scratch, at, (int) Math.min(BLOCK, sizes[inner] - at));
      }
      int axis = inner - 1;
      while (axis >= 0 && index[axis] == sizes[axis] - 1) {
        for (int i = 0; i < places.length; i++) {
          places[i] -= index[axis] * steps[i][axis];
        }
        index[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
      index[axis]++;
      for (int i = 0; i < places.length; i++) {
        places[i] += steps[i][axis];
      }
    }
  }

  private void runBlock(Scratch scratch, long at, int count) {
    double[] values = scratch.values;
    int inner = sizes.length - 1;
    long dstStep = steps[0][inner];
    long dstPlace = scratch.places[0] + at * dstStep;
    load(scratch.segments[0], dstPlace, dstStep, count, scratch.floats, values);
    for (Stage stage : stages) {
      switch (stage.postOp) {
        case Eltwise eltwise -> apply(eltwise, values, count);
        case Binary binary -> {
          double[] seconds = scratch.seconds;
          if (stage.hasTensor()) {
            long step = steps[stage.array][inner];
            long place = scratch.places[stage.array] + at * step;
            load(scratch.segments[stage.array], place, step, count, scratch.floats, seconds);
          } else {
            fill(seconds, stage.scalar, count);
          }
          apply(binary.operation(), values, seconds, count);
        }
      }
    }
    store(scratch.segments[0], dstPlace, dstStep, count, scratch.floats, values);
  }

  private static void fill(double[] values, double value, int count) {
    for (int i = 0; i < count; i++) {
      values[i] = value;
    }
  }

  private static void load(
      MemorySegment from, long place, long step, int count, float[] floats, double[] values) {
    if (step == 0) {
      fill(values, from.getAtIndex(JAVA_FLOAT, place), count);
    } else if (step == 1) {
      MemorySegment.copy(from, JAVA_FLOAT, place * Float.BYTES, floats, 0, count);
      for (int i = 0; i < count; i++) {
        values[i] = floats[i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        values[i] = from.getAtIndex(JAVA_FLOAT, place + i * step);
      }
    }
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

  private static void apply(PostOp.Operation operation, double[] x, double[] second, int count) {
    switch (operation) {
      case ADD -> {
        for (int i = 0; i < count; i++) {
          x[i] += second[i];
        }
      }
      case SUB -> {
        for (int i = 0; i < count; i++) {
          x[i] -= second[i];
        }
      }
      case MUL -> {
        for (int i = 0; i < count; i++) {
          x[i] *= second[i];
        }
      }
      case DIV -> {
        for (int i = 0; i < count; i++) {
          x[i] /= second[i];
        }
      }
      case MIN -> {
        for (int i = 0; i < count; i++) {
          x[i] = x[i] < second[i] ? x[i] : second[i];
        }
      }
      case MAX -> {
        for (int i = 0; i < count; i++) {
          x[i] = x[i] > second[i] ? x[i] : second[i];
        }
      }
      case PRELU -> {
        for (int i = 0; i < count; i++) {
          x[i] = x[i] > 0 ? x[i] : second[i] * x[i];
        }
      }
    }
  }

  /** The common ones in loops of their own; the error function faster than by the definition. */
  private static void apply(Eltwise eltwise, double[] x, int count) {
    double alpha = eltwise.alpha();
    double beta = eltwise.beta();
    switch (eltwise.function()) {
      case RELU -> {
        if (alpha == 0) {
          for (int i = 0; i < count; i++) {
            x[i] = x[i] > 0 ? x[i] : 0;
          }
        } else {
          for (int i = 0; i < count; i++) {
            x[i] = x[i] > 0 ? x[i] : alpha * x[i];
          }
        }
      }
      case CLIP -> {
        for (int i = 0; i < count; i++) {
          double atLeast = x[i] > alpha ? x[i] : alpha;
          x[i] = atLeast < beta ? atLeast : beta;
        }
      }
      case LINEAR -> {
        for (int i = 0; i < count; i++) {
          x[i] = alpha * x[i] + beta;
        }
      }
      case SIGMOID -> {
        for (int i = 0; i < count; i++) {
          x[i] = 1 / (1 + Math.exp(-x[i]));
        }
      }
      case SWISH -> {
        for (int i = 0; i < count; i++) {
          x[i] *= 1 / (1 + Math.exp(-alpha * x[i]));
        }
      }
      case GELU_ERF -> {
        for (int i = 0; i < count; i++) {
          x[i] *= 0.5 * complementaryError(-x[i] * Math.sqrt(0.5));
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          x[i] = eltwise.apply(x[i], 0);
        }
      }
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
