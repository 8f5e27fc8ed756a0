package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOp;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/** A convolution on integers, and its result by definition. */
final class KnownResult {
  /** One of each way in which an engine puts a call together. */
  static final List<KnownResult> ALL =
      List.of(
          new KnownResult(conv(16, 24).kernel(3).padding(1), Layout.NHWC, 14),
          new KnownResult(conv(16, 16).groups(16).kernel(3).padding(1), Layout.NCHW, 12),
          new KnownResult(conv(8, 8).kernel(3).padding(reflected()), Layout.NHWC, 9),
          new KnownResult(
              Convolution.transposed2d(8, 4).kernel(4).stride(2).padding(1), Layout.NCHW, 7),
          new KnownResult(conv(64, 128).kernel(3).postOps(PostOp.relu()), Layout.NHWC, 14),
          new KnownResult(conv(7, 13).kernel(1), Layout.NCHW, 11));

  private final Convolution convolution;
  private final TensorSpec src;
  private final float[] srcValues;
  private final float[] weights;
  private final float[] bias;
  private final float[] expected;

  KnownResult(Convolution.Builder builder, Layout layout, long size) {
    convolution = builder.build();
    src = TensorSpec.f32(layout, 1, convolution.inChannels(), size, size);
    srcValues = Runs.integers(src.shape(), 1);
    weights = Runs.integers(convolution.weightsShape(), 2);
    bias = Runs.integers(Math.toIntExact(convolution.outChannels()), 3);
    expected = Runs.reference(convolution, src.shape(), srcValues, weights, bias);
  }

  private static Convolution.Builder conv(long in, long out) {
    return Convolution.conv2d(in, out);
  }

  private static Padding reflected() {
    return Padding.symmetric(1).mode(PaddingMode.REFLECT);
  }

  PreparedConvolution prepare(Engine engine) {
    return engine.prepare(convolution, src, weights, bias);
  }

  Tensor src(PreparedConvolution prepared, Arena arena) {
    return Tensor.ofFloats(prepared.src(), srcValues, arena);
  }

  /** Executes, and throws if a bit is wrong. */
  void execute(PreparedConvolution prepared, Tensor src, Tensor dst) {
    dst.fill(Float.NaN);
    prepared.execute(src, dst);
    require(dst);
  }

  void require(Tensor dst) {
    float[] actual = dst.toFloatArray();
    int mismatch = Arrays.mismatch(actual, expected);
    if (mismatch >= 0) {
      throw new AssertionError(
          "element %d of %s is %s instead of %s"
              .formatted(mismatch, this, actual[mismatch], expected[mismatch]));
    }
  }

  /** A whole cycle with an execution. */
  void cycle(Engine engine) {
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = prepare(engine)) {
      execute(prepared, src(prepared, arena), Tensor.allocate(prepared.dst(), arena));
    }
  }

  @Override
  public String toString() {
    return convolution + " of " + src;
  }
}
