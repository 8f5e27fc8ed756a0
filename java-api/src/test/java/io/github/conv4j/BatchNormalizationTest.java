package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchNormalizationTest {
  private static final float[] SCALE = {1, 2, -1, 0.5f, 3, 1};
  private static final float[] SHIFT = {0, 1, 2, -3, 4, 5};
  private static final float[] MEAN = {10, -20, 3, 0, 1, -1};
  private static final float[] VARIANCE = {4, 100, 0.25f, 9, 1, 16};

  private static List<Convolution> convolutions() {
    return List.of(
        Convolution.conv2d(4, 6).kernel(3).padding(1).build(),
        Convolution.conv2d(4, 6).kernel(3).groups(2).bias(false).build(),
        Convolution.transposed2d(4, 6).kernel(3).groups(2).stride(2).build(),
        Convolution.transposed2d(4, 6).kernel(2).flippedKernel().bias(false).build());
  }

  @Test
  void foldedIsWhatTheDefinitionSays() {
    var normalization = BatchNormalization.of(SCALE, SHIFT, MEAN, VARIANCE, 1e-5);
    Shape src = Shape.of(2, 4, 7, 6);
    float[] x = Runs.integers(src, 1);
    for (Convolution convolution : convolutions()) {
      float[] weights = Runs.integers(convolution.weightsShape(), 2);
      float[] bias = convolution.hasBias() ? Runs.integers(6, 3) : null;
      float[] plain = Runs.reference(convolution, src, x, weights, bias);
      float[] folded;
      try (Arena arena = Arena.ofConfined();
          Engine engine = Engines.named("reference")) {
        BatchNormalization.Folded result =
            normalization.fold(
                convolution, Parameters.of(convolution, weights, bias, arena), arena);
        assertThat(result.convolution().hasBias()).isTrue();
        try (var prepared =
            engine.prepare(
                ConvolutionRequest.of(result.convolution(), Runs.dense(src))
                    .withParameters(result.parameters()))) {
          folded = Runs.execute(prepared, x);
        }
      }
      int perChannel = plain.length / 2 / 6;
      for (int i = 0; i < plain.length; i++) {
        int c = i / perChannel % 6;
        double expected =
            SCALE[c] * (plain[i] - MEAN[c]) / Math.sqrt(VARIANCE[c] + 1e-5) + SHIFT[c];
        assertThat((double) folded[i])
            .as("%d of %s", i, convolution)
            .isCloseTo(expected, within(1e-4 + 1e-5 * Math.abs(expected)));
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> BatchNormalization.of(SCALE, new float[2], MEAN, VARIANCE, 1e-5))
        .hasMessageContaining("shift must have one number a channel, 6 like mean, but has 2");
    assertThatThrownBy(
            () -> BatchNormalization.of(null, null, new float[1], new float[] {-1}, 1e-5))
        .hasMessageContaining("must be positive");
    var normalization = BatchNormalization.of(null, null, MEAN, VARIANCE, 1e-5);
    Convolution other = Convolution.conv2d(4, 5).build();
    try (Arena arena = Arena.ofConfined()) {
      Parameters parameters = Parameters.of(other, new float[20], new float[5], arena);
      assertThatThrownBy(() -> normalization.fold(other, parameters, arena))
          .hasMessageContaining("6 channels are normalized")
          .hasMessageContaining("5 output channels");
    }
  }
}
