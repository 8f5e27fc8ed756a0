package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Connection;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.PostOp;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arena of results between steps takes a part of their bytes. */
abstract class SequenceMemoryContract extends EngineContract {
  /** Inverted residuals of MobileNetV2. */
  @ParameterizedTest
  @CsvSource({
    "16, 96, 24, 112, 2",
    "24, 144, 24, 56, 1",
    "24, 144, 32, 56, 2",
    "32, 192, 32, 28, 1",
    "64, 384, 64, 14, 1",
    "96, 576, 160, 14, 2",
    "160, 960, 160, 7, 1",
  })
  void invertedResidual(long in, long expanded, long out, long size, long stride) {
    PostOp clip = PostOp.clip(0, 6);
    Convolution expand = Convolution.conv2d(in, expanded).bias(false).postOps(clip).build();
    Convolution depthwise =
        Convolution.conv2d(expanded, expanded)
            .kernel(3)
            .stride(stride)
            .padding(1)
            .groups(expanded)
            .bias(false)
            .postOps(clip)
            .build();
    Convolution project = Convolution.conv2d(expanded, out).bias(false).build();
    ConvolutionSequence layers = ConvolutionSequence.of(expand, depthwise);
    PostOp residual = PostOp.add(PostOp.Operand.full().atEachRun());
    ConvolutionSequence block =
        in == out
            ? layers.then(
                project.toBuilder().postOps(residual).build(), Connection.from(2).operands(0))
            : layers.then(project);

    Shape src = Shape.of(1, in, size, size);
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(block, spec(Layout.NHWC, src), Runs.zeros(block, arena))) {
      Explanation explained = prepared.explain();
      List<Shape> results = block.resultShapes(src);
      long bytes = Float.BYTES * (results.get(1).elementCount() + results.get(2).elementCount());
      assertThat(explained.naiveBuffersByteSize()).isEqualTo(bytes);
      assertThat(10 * explained.buffersByteSize()).isLessThanOrEqualTo(6 * bytes);
      assertThat(explained.problem()).contains(expanded + " channels in ");
    }
  }
}
