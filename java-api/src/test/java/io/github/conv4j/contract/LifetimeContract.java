package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Variants;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Who owns what, and until when. */
abstract class LifetimeContract extends EngineContract {
  private static final int MOST_COLLECTIONS = 200;

  @Test
  void weightsMayChangeAndGoAfterPrepare() {
    for (Layout layout : LAYOUTS) {
      PreparedConvolution prepared;
      try (Arena arena = Arena.ofConfined()) {
        Tensor weights =
            Tensor.ofFloats(TensorSpec.weights(PLAIN.weightsShape()), plainWeights(), arena);
        Tensor bias = Tensor.ofFloats(TensorSpec.bias(16), plainBias(), arena);
        prepared = engine.prepare(PLAIN, spec(layout, PLAIN_SRC), weights, bias);
        weights.fill(Float.NaN);
        bias.fill(Float.NaN);
        assertThat(Runs.execute(prepared, plainValues())).containsExactly(plainExpected());
      }
      try (prepared) {
        assertThat(Runs.execute(prepared, plainValues())).containsExactly(plainExpected());
      }
    }
  }

  @Test
  void arraysMayChangeAfterPrepare() {
    float[] weights = plainWeights();
    float[] bias = plainBias();
    try (PreparedConvolution prepared = engine.prepare(PLAIN, plainSrc(), weights, bias)) {
      Arrays.fill(weights, Float.NaN);
      Arrays.fill(bias, Float.NaN);
      assertThat(Runs.execute(prepared, plainValues())).containsExactly(plainExpected());
    }
  }

  @Test
  void weightsComeInAnyLayout() {
    Layout kernelLast = Layout.strided(9 * 9, 1, 3 * 9, 9);
    try (Arena arena = Arena.ofConfined()) {
      for (Layout layout : List.of(Layout.NHWC, kernelLast)) {
        Tensor weights =
            Tensor.ofFloats(
                TensorSpec.f32(layout, PLAIN.weightsShape().dims()), plainWeights(), arena);
        Tensor bias = Tensor.ofFloats(TensorSpec.f32(Layout.strided(3), 16), plainBias(), arena);
        try (PreparedConvolution prepared = engine.prepare(PLAIN, plainSrc(), weights, bias)) {
          assertThat(Runs.execute(prepared, plainValues())).containsExactly(plainExpected());
        }
      }
    }
  }

  @Test
  void aClosedConvolutionIsAnIllegalState() {
    for (PreparedConvolution prepared : everyKind()) {
      try (Arena arena = Arena.ofConfined()) {
        Tensor src = Tensor.allocate(prepared.src(), arena);
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        prepared.execute(src, dst);
        prepared.close();

        refusesSinceClosed(prepared, src, dst);
        assertThatNoException().isThrownBy(prepared::close);
        refusesSinceClosed(prepared, src, dst);
        assertThat(prepared.explain().stages()).isNotEmpty();
      }
    }
  }

  private static void refusesSinceClosed(PreparedConvolution prepared, Tensor src, Tensor dst) {
    assertThatIllegalStateException()
        .isThrownBy(() -> prepared.execute(src, dst))
        .withMessage("the prepared convolution is closed");
  }

  @Test
  void aClosedEngineIsAnIllegalState() {
    engine.close();

    assertThatNoException().isThrownBy(engine::close);
    assertThatIllegalStateException()
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), plainWeights(), plainBias()))
        .withMessageContainingAll(engineName(), "closed");
    assertThat(engine.name()).isEqualTo(engineName());
  }

  @Test
  void closingTheEngineClosesWhatIsOpenWithAWarning() {
    List<PreparedConvolution> open = everyKind();
    try (LogCapture log = LogCapture.open();
        Arena arena = Arena.ofConfined()) {
      engine.close();

      assertThat(log.lines(Level.WARNING))
          .hasSameSizeAs(open)
          .allSatisfy(line -> assertThat(line).contains(engineName(), "closed", "8"));
      for (PreparedConvolution prepared : open) {
        Tensor src = Tensor.allocate(prepared.src(), arena);
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        refusesSinceClosed(prepared, src, dst);
        assertThatNoException().isThrownBy(prepared::close);
      }
    }
  }

  @Test
  void closingInOrderIsSilent() {
    try (LogCapture log = LogCapture.open()) {
      everyKind().forEach(PreparedConvolution::close);
      engine.close();

      assertThat(log.lines(Level.WARNING)).isEmpty();
    }
  }

  @Test
  void whatIsForgottenIsFreedWithAWarning() throws InterruptedException {
    try (LogCapture log = LogCapture.open()) {
      forgetOne();
      for (int i = 0; i < MOST_COLLECTIONS && warnings(log).isEmpty(); i++) {
        System.gc();
        Thread.sleep(20);
      }

      assertThat(warnings(log)).singleElement().asString().contains(engineName(), "never closed");
      engine.close();
      assertThat(warnings(log)).hasSize(1);
    }
  }

  /** Returns the warnings about the plain convolution. */
  private static List<String> warnings(LogCapture log) {
    return log.lines(Level.WARNING).stream().filter(line -> line.contains("ic8oc16")).toList();
  }

  private void forgetOne() {
    PreparedConvolution forgotten = engine.prepare(PLAIN, plainSrc(), plainWeights(), plainBias());
    assertThat(Runs.execute(forgotten, plainValues())).containsExactly(plainExpected());
  }

  private List<PreparedConvolution> everyKind() {
    List<PreparedConvolution> all = new ArrayList<>();
    Convolution reflecting =
        PLAIN.toBuilder().padding(Padding.symmetric(1).mode(PaddingMode.REFLECT)).build();
    ConvolutionSequence sequence = Variants.shuffledGrouped(8, 8, 3, 2).withPadding(Padding.same());
    all.add(engine.prepare(PLAIN, plainSrc(), plainWeights(), plainBias()));
    all.add(engine.prepare(reflecting, plainSrc(), plainWeights(), plainBias()));
    try (Arena arena = Arena.ofConfined()) {
      all.add(
          engine.prepare(
              sequence,
              plainSrc(),
              Runs.parameters(
                  sequence, List.of(new float[8 * 4 * 9]), List.of(new float[8]), arena)));
    }
    return all;
  }
}
