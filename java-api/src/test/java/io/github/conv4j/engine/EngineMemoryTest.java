package io.github.conv4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Parameters;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Engines tell what they hold outside the Java heap. */
class EngineMemoryTest {
  /** Runs on a padded copy of the source, of 2 x 9 x 7 x 7. */
  private static final Convolution PADDED =
      Convolution.conv2d(9, 9)
          .groups(9)
          .kernel(3)
          .padding(Padding.symmetric(1).mode(PaddingMode.REFLECT))
          .bias(false)
          .build();

  private static final TensorSpec SRC = TensorSpec.f32(Layout.NHWC, 2, 9, 5, 5);
  private static final long COPY_BYTES = 2 * 9 * 7 * 7 * Float.BYTES;

  @Test
  void vectorTellsTheBuffersOfCompositions() {
    try (Engine engine = Engines.named("vector")) {
      holdsTheCopyUntilItIsClosed(engine);
    }
  }

  @Test
  void autoTellsWhatItsEnginesHold() {
    Tuning unmeasured = Tuning.defaults().withBudget(Duration.ZERO);
    try (Engine engine = Engines.named("auto", EngineOptions.defaults().with(unmeasured))) {
      holdsTheCopyUntilItIsClosed(engine);
    }
  }

  private static void holdsTheCopyUntilItIsClosed(Engine engine) {
    assertThat(engine.memory()).isEqualTo(EngineMemory.NONE);
    try (PreparedConvolution _ = engine.prepare(PADDED, SRC, new float[9 * 9], null)) {
      assertThat(engine.memory()).isEqualTo(new EngineMemory(0, 0, 0, COPY_BYTES));
    }
    assertThat(engine.memory()).isEqualTo(EngineMemory.NONE);
  }

  @Test
  void vectorTellsTheBuffersOfSequences() {
    Convolution pointwise = Convolution.conv2d(9, 9).bias(false).build();
    try (Engine engine = Engines.named("vector");
        Arena arena = Arena.ofConfined()) {
      Parameters parameters = Parameters.of(pointwise, new float[9 * 9], null, arena);
      try (PreparedConvolution _ =
          engine.prepare(
              ConvolutionSequence.of(pointwise, pointwise), SRC, List.of(parameters, parameters))) {
        assertThat(engine.memory().workingBytes()).isEqualTo(SRC.byteSize());
      }
      assertThat(engine.memory()).isEqualTo(EngineMemory.NONE);
    }
  }

  @Test
  void vectorTellsThePatchOfWinograd() {
    Convolution convolution = Convolution.conv2d(64, 64).kernel(3).padding(1).bias(false).build();
    EngineOptions relaxed = EngineOptions.defaults().withAccuracy(Accuracy.RELAXED);
    try (Engine engine = Engines.named("vector", relaxed);
        PreparedConvolution prepared =
            engine.prepare(
                convolution,
                TensorSpec.f32(Layout.NHWC, 1, 64, 12, 12),
                new float[64 * 64 * 9],
                null)) {
      assertThat(prepared.explain().stages().getFirst().implementation()).contains("winograd");
      assertThat(engine.memory().workingBytes())
          .isPositive()
          .isLessThan(prepared.explain().stages().getFirst().scratchpadByteSize());
    }
  }
}
