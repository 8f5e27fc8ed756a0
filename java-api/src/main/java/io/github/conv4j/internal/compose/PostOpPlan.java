package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Origin;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The post-ops of a pass over dst, and where their operands are among the tensors of its loops. */
final class PostOpPlan {
  /** A post-op, and where its operand is. */
  record Stage(PostOp postOp, int tensor, double scalar) {
    boolean hasTensor() {
      return tensor >= 0;
    }
  }

  private final int firstTensor;
  private final Stage[] stages;
  private final List<long[]> strides = new ArrayList<>();

  /** Of each operand that is a tensor of the request; null for those of a run. */
  private final MemorySegment[] constants;

  private final int[] runIndexes;
  private final long heapByteSize;

  /**
   * Plans.
   *
   * @param firstTensor the number of the first operand among the tensors of the loops
   */
  PostOpPlan(PostOps postOps, List<Tensor> requestOperands, TensorSpec dst, int firstTensor) {
    this.firstTensor = firstTensor;
    List<Stage> planned = new ArrayList<>();
    List<MemorySegment> segments = new ArrayList<>();
    List<Integer> runs = new ArrayList<>();
    int requests = 0;
    int runCount = 0;
    long bytes = 0;
    for (PostOp postOp : postOps.list()) {
      Operand operand = postOp instanceof Binary binary ? binary.operand() : Operand.scalar(0);
      if (operand.origin() == Origin.DESCRIPTION) {
        planned.add(new Stage(postOp, -1, operand.value()));
        continue;
      }
      planned.add(new Stage(postOp, firstTensor + strides.size(), 0));
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
    heapByteSize = bytes;
  }

  /** Returns the strides of an operand that lies in row-major order, along the axes of dst. */
  static long[] rowMajorStrides(Extent extent, Shape dst) {
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

  /** Returns the strides of the operands that are tensors, in order. */
  List<long[]> strides() {
    return strides;
  }

  Stage[] stages() {
    return stages;
  }

  /** Returns how many tensors there are with those before the operands. */
  int tensorCount() {
    return firstTensor + constants.length;
  }

  /** Returns the bytes of operands on the Java heap. */
  long heapByteSize() {
    return heapByteSize;
  }

  /** Puts the segments of a run's operands, and of those of all runs, where the loops take them. */
  void place(MemorySegment[] operands, MemorySegment[] segments) {
    for (int i = 0; i < constants.length; i++) {
      segments[firstTensor + i] = runIndexes[i] < 0 ? constants[i] : operands[runIndexes[i]];
    }
  }

  /** Reads a block of floats; with a step of 0 the first again and again. */
  static void load(
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

  /** See the other one. */
  static void load(MemorySegment from, long place, long step, int count, float[] values) {
    if (step == 0) {
      Arrays.fill(values, 0, count, from.getAtIndex(JAVA_FLOAT, place));
    } else if (step == 1) {
      MemorySegment.copy(from, JAVA_FLOAT, place * Float.BYTES, values, 0, count);
    } else {
      for (int i = 0; i < count; i++) {
        values[i] = from.getAtIndex(JAVA_FLOAT, place + i * step);
      }
    }
  }

  static void fill(double[] values, double value, int count) {
    for (int i = 0; i < count; i++) {
      values[i] = value;
    }
  }
}
