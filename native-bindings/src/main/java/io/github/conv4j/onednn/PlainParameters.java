package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOp;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The caller's weights and bias as parts take them: weights in row-major order, the kernel not
 * flipped, whatever layout the caller has; from the first tap that takes part.
 */
final class PlainParameters implements AutoCloseable {
  private static final float[] NONE = {};

  /** Holds what is copied, where anything is. */
  private @Nullable Arena arena;

  private final Tensor given;
  private final MemorySegment weights;
  private final @Nullable MemorySegment bias;

  /** Of each post-op, one number a channel or one for all; empty where it has none of these. */
  private final List<float[]> operands;

  /** Factors of sums of bytes, one a channel; empty beside floats. */
  private final float[] scales;

  private final int zeroPoint;

  PlainParameters(NativeProblem problem, PrepareRequest request) {
    this.given = request.weights();
    try {
      this.weights =
          rowMajor(problem).asSlice(problem.weightsOffset() * given.spec().dataType().byteSize());
      Tensor givenBias = request.bias();
      this.bias = givenBias == null ? null : neighbours(givenBias);
      this.operands = operands(request);
      this.scales = request.src().dataType() == DataType.U8 ? scales(problem.convolution()) : NONE;
      this.zeroPoint = problem.convolution().quantization().srcZeroPoint();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private static float[] scales(Convolution convolution) {
    float[] scales = new float[(int) convolution.outChannels()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = convolution.quantization().weightsScale(i);
    }
    return scales;
  }

  private Arena arena() {
    if (arena == null) {
      arena = Arena.ofConfined();
    }
    return arena;
  }

  /** Returns the caller's own bytes where its floats are neighbours already. */
  private MemorySegment neighbours(Tensor floats) {
    return areNeighbours(floats)
        ? floats.segment()
        : arena().allocateFrom(ValueLayout.JAVA_FLOAT, floats.toFloatArray());
  }

  private static boolean areNeighbours(Tensor floats) {
    return floats.spec().strides()[0] == 1 && floats.spec().dataType() == DataType.F32;
  }

  private static List<float[]> operands(PrepareRequest request) {
    List<float[]> all = new ArrayList<>();
    int next = 0;
    for (PostOp postOp : request.convolution().postOps().list()) {
      PostOp.Operand operand = Fusion.operand(postOp);
      float[] values = {};
      if (operand != null && operand.origin() == PostOp.Origin.DESCRIPTION) {
        values = new float[] {operand.value()};
      } else if (operand != null && operand.origin() == PostOp.Origin.REQUEST) {
        Tensor given = request.operands().get(next++);
        values = Fusion.isPlaced(operand) ? values : values(given);
      }
      all.add(values);
    }
    return all;
  }

  /** The constants of a post-op, one for all outputs or one a channel; empty if it has none. */
  float[] operand(int postOp) {
    return operands.get(postOp);
  }

  private static float[] values(Tensor floats) {
    return areNeighbours(floats)
        ? floats.segment().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)
        : floats.toFloatArray();
  }

  /** Returns the caller's own bytes where they already lie so. */
  private MemorySegment rowMajor(NativeProblem problem) {
    boolean asExpected =
        !problem.convolution().isKernelFlipped()
            && given.spec().layout() instanceof Layout.Plain plain
            && !plain.isChannelsLast();
    if (asExpected) {
      return given.segment();
    }
    float[] copied = CopiedWeights.of(problem.convolution(), given);
    TensorSpec dense = TensorSpec.bias(copied.length).withDataType(given.spec().dataType());
    if (given.spec().dataType() != DataType.S8) {
      return Tensor.ofFloats(dense, copied, arena()).segment();
    }
    MemorySegment bytes = arena().allocate(copied.length);
    for (int i = 0; i < copied.length; i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) copied[i]);
    }
    return bytes;
  }

  MemorySegment weights() {
    return weights;
  }

  float[] scales() {
    return scales;
  }

  int zeroPoint() {
    return zeroPoint;
  }

  /** Floats, or null where there is none. */
  @Nullable MemorySegment bias() {
    return bias;
  }

  @Override
  public void close() {
    try {
      if (arena != null) {
        arena.close();
      }
    } finally {
      Reference.reachabilityFence(given);
    }
  }
}
