package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Tuning;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sums in place are those of the engine whose way is chosen, here without measuring. */
class InPlaceChoiceTest {
  private static final PostOps SUM =
      PostOps.of(List.of(PostOp.add(PostOp.Operand.full().atEachRun())));
  private static final PostOps GATE =
      PostOps.of(List.of(PostOp.mul(PostOp.Operand.perChannel().atEachRun())));

  private final FakeStopwatch stopwatch = new FakeStopwatch();
  private final FakeEngine one = new FakeEngine("one", stopwatch);
  private final FakeEngine two = new FakeEngine("two", stopwatch);

  @BeforeEach
  void forget() {
    Choices.forgetThisProcess();
  }

  private AutoEngine auto() {
    Tuning tuning = Tuning.defaults().withBudget(Duration.ZERO).withoutChoices();
    EngineOptions options = EngineOptions.defaults().withThreads(1).with(tuning);
    return new AutoEngine(options, List.of(one, two), stopwatch, new MeasuringTurns());
  }

  private static @Nullable PreparedConvolution prepareInPlace(AutoEngine auto, PostOps postOps) {
    Convolution convolution = Convolution.conv2d(2, 3).bias(false).postOps(postOps).build();
    try (Arena arena = Arena.ofConfined()) {
      Tensor weights = Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena);
      return auto.prepareInPlace(
          ConvolutionRequest.of(convolution, TensorSpec.f32(Layout.NHWC, 1, 2, 5, 4))
              .withParameters(weights, null));
    }
  }

  @Test
  void byTheEngineOfTheChosenWay() {
    one.way("chosen", 100).way("other", 200).addingInPlace();
    two.way("slow", 3_000);
    try (AutoEngine auto = auto()) {
      try (PreparedConvolution prepared = Objects.requireNonNull(prepareInPlace(auto, SUM))) {
        assertThat(prepared.explain().engine()).isEqualTo("auto");
        assertThat(prepared.explain().candidates())
            .filteredOn(Explanation.Candidate::chosen)
            .singleElement()
            .matches(candidate -> candidate.engine().equals("one"));
        assertThat(one.openCount()).isEqualTo(1);
      }
      assertThat(one.openCount()).isZero();
    }
  }

  @Test
  void notByAnotherEngine() {
    one.way("chosen", 100);
    two.way("slow", 3_000).addingInPlace();
    try (AutoEngine auto = auto()) {
      assertThat(prepareInPlace(auto, SUM)).isNull();
      assertThat(one.openCount() + two.openCount()).isZero();
    }
  }

  @Test
  void nothingIsPreparedForAnotherFirstPostOp() {
    one.way("chosen", 100).addingInPlace();
    two.way("slow", 3_000);
    try (AutoEngine auto = auto()) {
      assertThat(prepareInPlace(auto, GATE)).isNull();
      assertThat(one.preparedCount() + two.preparedCount()).isZero();
    }
  }
}
