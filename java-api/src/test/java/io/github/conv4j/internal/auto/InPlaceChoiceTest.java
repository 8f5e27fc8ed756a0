package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
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

/** Sums in place are those of the engine whose way is the fastest. */
class InPlaceChoiceTest {
  /** Without the post-op that is added in place: these engines take none. */
  private static final Convolution CONVOLUTION = Convolution.conv2d(2, 3).bias(false).build();

  private final FakeStopwatch stopwatch = new FakeStopwatch();
  private final FakeEngine one = new FakeEngine("one", stopwatch);
  private final FakeEngine two = new FakeEngine("two", stopwatch);

  @BeforeEach
  void forget() {
    Choices.forgetThisProcess();
  }

  private AutoEngine auto() {
    Tuning tuning = Tuning.defaults().withBudget(Duration.ofMillis(20)).withoutChoices();
    EngineOptions options = EngineOptions.defaults().withThreads(1).with(tuning);
    return new AutoEngine(options, List.of(one, two), stopwatch, new MeasuringTurns());
  }

  private static @Nullable PreparedConvolution prepareInPlace(AutoEngine auto) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor weights = Tensor.allocate(TensorSpec.weights(CONVOLUTION.weightsShape()), arena);
      return auto.prepareInPlace(
          ConvolutionRequest.of(CONVOLUTION, TensorSpec.f32(Layout.NHWC, 1, 2, 5, 4))
              .withParameters(weights, null));
    }
  }

  @Test
  void byTheEngineOfTheFastestWay() {
    one.way("slow", 3_000);
    two.way("fast", 100).addingInPlace();
    try (AutoEngine auto = auto()) {
      try (PreparedConvolution prepared = Objects.requireNonNull(prepareInPlace(auto))) {
        assertThat(prepared.explain().engine()).isEqualTo("auto");
        assertThat(prepared.explain().candidates())
            .filteredOn(Explanation.Candidate::chosen)
            .singleElement()
            .matches(candidate -> candidate.engine().equals("two"));
        assertThat(one.openCount()).isZero();
        assertThat(two.openCount()).isEqualTo(1);
      }
      assertThat(two.openCount()).isZero();
    }
  }

  @Test
  void notWhereAnotherEngineIsFaster() {
    one.way("slow", 3_000).addingInPlace();
    two.way("fast", 100);
    try (AutoEngine auto = auto()) {
      assertThat(prepareInPlace(auto)).isNull();
      assertThat(one.openCount() + two.openCount()).isZero();
    }
  }
}
