package io.github.conv4j.contract;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Connection;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.Variants;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Padding modes, flipped kernels, views, sequences: the same integers as the reference. */
abstract class CompositionContract extends EngineContract {
  @Test
  void paddingModes() {
    for (PaddingMode mode : PaddingMode.values()) {
      Padding padding = Padding.asymmetric(new long[] {3, 2}, new long[] {1, 4}).mode(mode);
      for (long groups : new long[] {1, 2, 6}) {
        agrees(
            Convolution.conv2d(6, 12).kernel(3).padding(padding).groups(groups).build(),
            Shape.of(2, 6, 4, 5));
      }
      agrees(
          Convolution.conv1d(3, 5).kernel(4).padding(Padding.symmetric(5).mode(mode)).build(),
          Shape.of(2, 3, 6));
      agrees(
          Convolution.conv3d(3, 5).kernel(3).padding(Padding.same().mode(mode)).build(),
          Shape.of(1, 3, 4, 3, 5));
    }
  }

  @Test
  void flippedKernels() {
    agrees(
        Convolution.conv2d(5, 7).kernel(2, 3).padding(1).flippedKernel().build(),
        Shape.of(2, 5, 6, 7));
    agrees(
        Convolution.transposed2d(6, 4).kernel(3, 2).stride(2).groups(2).flippedKernel().build(),
        Shape.of(2, 6, 4, 3));
    agrees(
        Convolution.conv3d(8, 8).kernel(1, 2, 3).groups(8).flippedKernel().build(),
        Shape.of(1, 8, 3, 4, 5));
  }

  /** Few output channels and a kernel that is a multiple of the stride. */
  @Test
  void transposedInBlocks() {
    agrees(
        Convolution.transposed2d(6, 3).kernel(6, 4).stride(3, 2).flippedKernel().build(),
        Shape.of(2, 6, 4, 3));
    agrees(
        Convolution.transposed2d(16, 2).kernel(4).stride(2).padding(1).bias(false).build(),
        Shape.of(1, 16, 5, 6));
    agrees(
        Convolution.transposed2d(5, 1)
            .kernel(9)
            .stride(3)
            .padding(Padding.asymmetric(new long[] {4, 7}, new long[] {8, 2}))
            .outputPadding(2, 1)
            .build(),
        Shape.of(1, 5, 6, 7));
    agrees(
        Convolution.transposed3d(4, 2).kernel(2, 4, 1).stride(2, 4, 1).build(),
        Shape.of(1, 4, 3, 2, 5));
    agrees(
        Convolution.transposed1d(4, 1).kernel(8).stride(4).outputSize(42).padding(1).build(),
        Shape.of(2, 4, 10));
  }

  @Test
  void withoutBias() {
    agrees(Convolution.conv2d(16, 16).kernel(3).bias(false).build(), Shape.of(1, 16, 7, 7));
    agrees(Convolution.transposed2d(16, 3).kernel(3).bias(false).build(), Shape.of(1, 16, 7, 7));
  }

  @Test
  void everyRuleOfPadding() {
    for (Padding padding :
        List.of(Padding.valid(), Padding.same(), Padding.sameUpper(), Padding.sameLower())) {
      long stride = padding.rule() == Padding.Rule.SAME ? 1 : 3;
      agrees(
          Convolution.conv2d(3, 4).kernel(4).stride(stride).padding(padding).build(),
          Shape.of(1, 3, 9, 11));
      agrees(
          Convolution.transposed2d(3, 4).kernel(4).stride(stride).padding(padding).build(),
          Shape.of(1, 3, 4, 5));
    }
    agrees(
        Convolution.transposed2d(3, 4).kernel(3).stride(2).padding(1).outputPadding(1).build(),
        Shape.of(1, 3, 4, 5));
    agrees(
        Convolution.transposed2d(3, 4).kernel(3).stride(2).padding(1).outputSize(8, 9).build(),
        Shape.of(1, 3, 4, 5));
  }

  @Test
  void sequences() {
    Shape src = Shape.of(2, 6, 9, 8);
    agrees(Variants.depthwiseSeparable(6, 20, 3), src);
    agrees(Variants.spatiallySeparable(6, 3, 5), src);
    agrees(Variants.flattened(6, 4, 3), src);
    agrees(Variants.shuffledGrouped(6, 12, 3, 3).withPadding(Padding.same()), src);
    Convolution pointwise = Variants.pointwiseGrouped(6, 6, 2);
    agrees(ConvolutionSequence.of(new ChannelShuffle(6, 3), pointwise), src);
    agrees(
        ConvolutionSequence.of(
            pointwise,
            new ChannelShuffle(6, 2),
            Variants.depthwise(6, 3).withPadding(Padding.same()),
            pointwise),
        src);
    agrees(ConvolutionSequence.of(pointwise), src);
  }

  /** An inverted residual as in MobileNetV2 and bottlenecks as in ResNet, against their layers. */
  @Test
  void residuals() {
    PostOp residual = PostOp.add(PostOp.Operand.full().atEachRun());
    PostOp clip = PostOp.clip(0, 6);
    Convolution expand = Convolution.conv2d(8, 24).build().withPostOps(PostOps.of(clip));
    Convolution depthwise = Convolution.conv2d(24, 24).kernel(3).padding(1).groups(24).build();
    Convolution project = Convolution.conv2d(24, 8).build();
    agreesStepByStep(
        ConvolutionSequence.of(expand, depthwise.withPostOps(PostOps.of(clip)))
            .then(project.withPostOps(PostOps.of(residual)), Connection.from(2).operands(0)));

    Convolution reduce = Convolution.conv2d(8, 4).build().withPostOps(PostOps.of(PostOp.relu()));
    Convolution strided = Convolution.conv2d(4, 4).kernel(3).stride(2).padding(1).build();
    Convolution shortcut = Convolution.conv2d(8, 16).stride(2).build();
    Convolution widen =
        Convolution.conv2d(4, 16).build().withPostOps(PostOps.of(residual, PostOp.relu()));
    agreesStepByStep(
        ConvolutionSequence.of(reduce, strided)
            .then(shortcut, Connection.from(0))
            .then(widen, Connection.from(2).operands(3)));
  }

  /** Large enough for its expanded channels to be computed in chunks. */
  @Test
  void expansionsInChunks() {
    PostOp clip = PostOp.clip(0, 6);
    PostOp residual = PostOp.add(PostOp.Operand.full().atEachRun());
    Convolution first = Convolution.conv2d(16, 10).bias(false).postOps(clip).build();
    Convolution project = Convolution.conv2d(100, 10).postOps(residual, clip).build();
    Convolution wide = Convolution.conv2d(96, 24).bias(false).build();
    agreesStepByStep(
        ConvolutionSequence.of(first)
            .then(Convolution.conv2d(10, 100).postOps(clip).build())
            .then(depthwise(100).postOps(PostOp.leakyRelu(-1)).build())
            .then(project, Connection.from(3).operands(1)),
        Shape.of(1, 16, 19, 18));
    agreesStepByStep(
        ConvolutionSequence.of(
            Convolution.conv2d(16, 96).postOps(clip).build(),
            depthwise(96).kernel(5, 3).stride(2).bias(false).flippedKernel().build(),
            wide,
            Convolution.conv2d(24, 5).build()),
        Shape.of(2, 16, 21, 20));
  }

  /** The definition takes the steps that are described, whatever other engines do. */
  @Test
  void theReferenceRunsEachStep() {
    ConvolutionSequence block =
        ConvolutionSequence.of(
            Convolution.conv2d(16, 96).build(),
            depthwise(96).build(),
            Convolution.conv2d(96, 16).build());
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            reference.prepare(
                block, spec(Layout.NHWC, Shape.of(1, 16, 20, 20)), Runs.zeros(block, arena))) {
      assertThat(prepared.explain().stages()).hasSize(3);
    }
  }

  private static Convolution.Builder depthwise(long channels) {
    return Convolution.conv2d(channels, channels).kernel(3).padding(1).groups(channels);
  }

  private void agreesStepByStep(ConvolutionSequence sequence) {
    agreesStepByStep(sequence, Shape.of(2, 8, 7, 9));
  }

  private void agreesStepByStep(ConvolutionSequence sequence, Shape src) {
    List<float[]> weights = new ArrayList<>();
    List<float @Nullable []> biases = new ArrayList<>();
    List<float[]> results = new ArrayList<>(List.of(Runs.integers(src, 1)));
    List<Shape> shapes = sequence.resultShapes(src);
    for (int i = 0; i < sequence.steps().size(); i++) {
      Convolution step = (Convolution) sequence.steps().get(i);
      Connection connection = sequence.connections().get(i);
      weights.add(Runs.integers(step.weightsShape(), 10 + i));
      biases.add(step.hasBias() ? Runs.integers(Shape.of(step.outChannels()), 20 + i) : null);
      float[] result =
          Runs.on(
              reference,
              step.withPostOps(PostOps.none()),
              spec(Layout.NCHW, shapes.get(connection.src())),
              results.get(connection.src()),
              weights.getLast(),
              biases.getLast());
      for (int j = 0; j < result.length; j++) {
        double value = result[j];
        for (PostOp postOp : step.postOps().list()) {
          boolean takesResult = postOp instanceof PostOp.Binary;
          value =
              postOp.apply(
                  value, takesResult ? results.get(connection.operands().getFirst())[j] : 0);
        }
        result[j] = (float) value;
      }
      results.add(result);
    }
    for (Layout layout : List.of(Layout.NCHW, Layout.NHWC, Layout.ANY)) {
      assertThat(Runs.on(engine, sequence, spec(layout, src), results.getFirst(), weights, biases))
          .as("%s in %s", sequence, layout)
          .containsExactly(results.getLast());
    }
  }

  /** A view into a larger channels-last picture, in and out; nothing around them may change. */
  @Test
  void stridedViews() {
    List<Convolution> convolutions =
        List.of(
            Convolution.conv2d(5, 7).kernel(3).padding(1).build(),
            Convolution.conv2d(8, 8).kernel(3).padding(1).groups(8).build(),
            Convolution.conv2d(16, 16).kernel(3).padding(1).groups(16).build(),
            Convolution.conv2d(16, 16).kernel(3).padding(1).groups(4).build(),
            Convolution.conv2d(16, 16).build(),
            Convolution.transposed2d(4, 6).kernel(3).stride(2).build(),
            Convolution.transposed2d(4, 3).kernel(4).stride(2).padding(1).build());
    for (Convolution convolution : convolutions) {
      Shape src = Shape.of(2, convolution.inChannels(), 9, 8);
      Shape dst = convolution.outputShape(src);
      float[] x = Runs.integers(src, 1);
      float[] weights = Runs.integers(convolution.weightsShape(), 2);
      float[] bias = Runs.integers(Shape.of(convolution.outChannels()), 3);
      float[] expected = Runs.on(reference, convolution, spec(Layout.NCHW, src), x, weights, bias);
      for (boolean channelsLast : new boolean[] {false, true}) {
        executesOnViews(
            convolution,
            view(src, channelsLast),
            view(dst, channelsLast),
            x,
            weights,
            bias,
            expected);
      }
    }
  }

  private void executesOnViews(
      Convolution convolution,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      float[] x,
      float[] weights,
      float[] bias,
      float[] expected) {
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(
                convolution,
                srcSpec,
                dstSpec,
                Tensor.ofFloats(TensorSpec.weights(convolution.weightsShape()), weights, arena),
                Tensor.ofFloats(TensorSpec.bias(convolution.outChannels()), bias, arena))) {
      float canary = -12_345.5f;
      Tensor src = Tensor.allocate(srcSpec, arena);
      Tensor dst = Tensor.allocate(dstSpec, arena);
      fillWithGaps(src, Float.NaN);
      src.copyFrom(x);
      fillWithGaps(dst, canary);
      int[] srcBefore = src.segment().toArray(JAVA_INT);
      Tensor expectedDst = Tensor.allocate(dstSpec, arena);
      fillWithGaps(expectedDst, canary);
      expectedDst.copyFrom(expected);

      prepared.execute(src, dst);

      String text = "%s from %s to %s".formatted(convolution, srcSpec, dstSpec);
      assertThat(dst.toFloatArray()).as(text).containsExactly(expected);
      assertThat(dst.segment().toArray(JAVA_FLOAT))
          .as("gaps of " + text)
          .containsExactly(expectedDst.segment().toArray(JAVA_FLOAT));
      assertThat(src.segment().toArray(JAVA_INT)).as(text).containsExactly(srcBefore);
    }
  }

  private static void fillWithGaps(Tensor tensor, float value) {
    long count = tensor.segment().byteSize() / Float.BYTES;
    Tensor.wrap(TensorSpec.f32(Layout.strided(1), count), tensor.segment()).fill(value);
  }

  /** Every row, and with channels-last every pixel, is followed by a gap. */
  private static TensorSpec view(Shape shape, boolean channelsLast) {
    long c = shape.dim(1);
    long h = shape.dim(2);
    long w = shape.dim(3);
    if (channelsLast) {
      long pixel = c + 3;
      long row = w * pixel + 5;
      return TensorSpec.f32(Layout.strided(h * row + 7, 1, row, pixel), shape.dims());
    }
    long row = w + 3;
    long plane = h * row + 5;
    return TensorSpec.f32(Layout.strided(c * plane + 7, plane, row, 1), shape.dims());
  }

  @Test
  void sourcesAreNeverWritten() {
    for (Layout layout : LAYOUTS) {
      try (Arena arena = Arena.ofConfined();
          PreparedConvolution prepared =
              engine.prepare(PLAIN, spec(layout, PLAIN_SRC), plainWeights(), plainBias())) {
        Tensor src = Tensor.ofFloats(prepared.src(), plainValues(), arena);
        Tensor readOnly = Tensor.wrap(prepared.src(), src.segment().asReadOnly());
        Tensor dst = Tensor.allocate(prepared.dst(), arena);

        prepared.execute(readOnly, dst);
        prepared.execute(readOnly, dst);

        assertThat(src.toFloatArray()).containsExactly(plainValues());
        assertThat(dst.toFloatArray()).containsExactly(plainExpected());
      }
    }
  }

  @Test
  void explanationsAreAChainFromSrcToDst() {
    List<PreparedConvolution> all = new ArrayList<>();
    Convolution reflecting =
        PLAIN.toBuilder().padding(Padding.symmetric(1).mode(PaddingMode.REFLECT)).build();
    ConvolutionSequence sequence = Variants.shuffledGrouped(8, 8, 3, 2).withPadding(Padding.same());
    try (Arena arena = Arena.ofConfined()) {
      for (Layout layout : LAYOUTS) {
        TensorSpec src = spec(layout, PLAIN_SRC);
        all.add(engine.prepare(PLAIN, src, plainWeights(), plainBias()));
        all.add(engine.prepare(reflecting, src, plainWeights(), plainBias()));
        all.add(
            engine.prepare(
                sequence,
                src,
                Runs.parameters(
                    sequence, List.of(new float[8 * 4 * 9]), List.of(new float[8]), arena)));
      }
      all.forEach(this::explainsItself);
    } finally {
      all.forEach(PreparedConvolution::close);
    }
  }

  private void explainsItself(PreparedConvolution prepared) {
    Explanation explanation = prepared.explain();
    assertThat(explanation.engine()).isEqualTo(engineName());
    assertThat(explanation.problem()).containsAnyOf("_ic8oc", "conv2d(8 -> ");
    assertThat(explanation.stages()).isNotEmpty();
    assertThat(explanation.stages().getFirst().src()).isEqualTo(prepared.src());
    assertThat(explanation.stages().getLast().dst()).isEqualTo(prepared.dst());
    assertThat(prepared.src().isAny()).isFalse();
    assertThat(prepared.dst().isAny()).isFalse();
    for (int i = 0; i < explanation.stages().size(); i++) {
      Explanation.Stage stage = explanation.stages().get(i);
      assertThat(stage.operation()).isNotBlank();
      assertThat(stage.implementation()).isNotBlank();
      assertThat(stage.weightsByteSize()).isNotNegative();
      assertThat(stage.scratchpadByteSize()).isNotNegative();
      if (i > 0) {
        assertThat(stage.src()).isEqualTo(explanation.stages().get(i - 1).dst());
      }
    }
    assertThat(explanation.weightsByteSize()).isGreaterThanOrEqualTo(8 * 4 * 9 * 4);
  }

  private void agrees(Convolution convolution, Shape src) {
    float[] x = Runs.integers(src, 1);
    float[] weights = Runs.integers(convolution.weightsShape(), 2);
    float[] bias =
        convolution.hasBias() ? Runs.integers(Shape.of(convolution.outChannels()), 3) : null;
    TensorSpec plain = spec(Layout.channelsFirst(src.rank()), src);
    float[] expected = Runs.on(reference, convolution, plain, x, weights, bias);
    for (Layout layout :
        List.of(Layout.channelsFirst(src.rank()), Layout.channelsLast(src.rank()), Layout.ANY)) {
      assertThat(Runs.on(engine, convolution, spec(layout, src), x, weights, bias))
          .as("%s on %s in %s", convolution, src, layout)
          .containsExactly(expected);
    }
  }

  private void agrees(ConvolutionSequence sequence, Shape src) {
    float[] x = Runs.integers(src, 1);
    List<float[]> weights = new ArrayList<>();
    List<float @Nullable []> biases = new ArrayList<>();
    for (Convolution convolution : sequence.convolutions()) {
      float[] own = Runs.integers(convolution.weightsShape(), 2);
      for (int i = 0; i < own.length; i++) {
        own[i] = Math.clamp((int) own[i], -3, 3);
      }
      weights.add(own);
      biases.add(
          convolution.hasBias() ? Runs.integers(Shape.of(convolution.outChannels()), 3) : null);
    }
    float[] expected = Runs.on(reference, sequence, spec(Layout.NCHW, src), x, weights, biases);
    for (Layout layout : LAYOUTS) {
      assertThat(Runs.on(engine, sequence, spec(layout, src), x, weights, biases))
          .as("%s on %s in %s", sequence, src, layout)
          .containsExactly(expected);
    }
  }
}
