package io.github.conv4j.onednn;

import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The caller's weights and bias as parts take them: weights in row-major order, the kernel not
 * flipped, whatever layout the caller has; from the first tap that takes part.
 */
final class PlainParameters implements AutoCloseable {
  private final Arena arena = Arena.ofConfined();
  private final Tensor given;
  private final MemorySegment weights;
  private final float @Nullable [] bias;

  PlainParameters(NativeProblem problem, PrepareRequest request) {
    this.given = request.weights();
    try {
      this.weights = rowMajor(problem).asSlice(problem.weightsOffset() * Float.BYTES);
      Tensor givenBias = request.bias();
      this.bias = givenBias == null ? null : values(givenBias);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  private static float[] values(Tensor bias) {
    return bias.spec().strides()[0] == 1
        ? bias.segment().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)
        : bias.toFloatArray();
  }

  /** Returns the caller's own bytes where they already lie so. */
  private MemorySegment rowMajor(NativeProblem problem) {
    boolean asExpected =
        !problem.convolution().isKernelFlipped()
            && given.spec().layout() instanceof Layout.Plain plain
            && !plain.isChannelsLast();
    return asExpected
        ? given.segment()
        : arena.allocateFrom(
            ValueLayout.JAVA_FLOAT, CopiedWeights.of(problem.convolution(), given));
  }

  MemorySegment weights() {
    return weights;
  }

  float @Nullable [] bias() {
    return bias;
  }

  @Override
  public void close() {
    try {
      arena.close();
    } finally {
      Reference.reachabilityFence(given);
    }
  }
}
