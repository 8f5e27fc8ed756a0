package io.github.conv4j.internal.ready;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Parameters;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemCutTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic64oc64_ih56kh3ph1",
        "mb16_ic64oc64_ih56kh3ph1",
        "mb1_ic1oc1_ih1024kh31ph15",
        "g256mb4_ic256oc256_ih112kh3ph1",
        "mb1_ic16oc16_id32kd3pd1_ih32kh3ph1_iw32kw3pw1",
        "mb1_ic64oc64_iw20000kw9pw4",
        "mb1_ic64oc64_ih112kh3sh2dh2ph3"
      })
  void isMuchLessWorkOnTheSameChannels(String line) {
    Problem problem = Problem.parse(line);
    withCut(
        problem,
        cut -> {
          Problem part = Problem.of(require(cut).convolution(), require(cut).src().shape());
          assertThat(part.multiplications()).isBetween(1_000_000L, problem.multiplications() / 4);
          assertThat(cut.share())
              .isEqualTo((double) part.multiplications() / problem.multiplications());
          Convolution c = part.convolution();
          assertThat(c.weightsShape()).isEqualTo(problem.convolution().weightsShape());
          assertThat(c.groups()).isEqualTo(problem.convolution().groups());
          assertThat(c.stride(0)).isEqualTo(problem.convolution().stride(0));
          assertThat(c.dilation(0)).isEqualTo(problem.convolution().dilation(0));
          int last = part.src().rank() - 1;
          if (last > 2) {
            assertThat(part.src().dim(last)).isEqualTo(problem.src().dim(last));
          }
        });
  }

  @Test
  void aTransposedConvolutionKeepsItsPadding() {
    Problem problem = Problem.parseTransposed("mb1_ic64oc32_ih56kh4sh2ph1");
    withCut(
        problem,
        cut -> {
          assertThat(require(cut).convolution().isTransposed()).isTrue();
          assertThat(require(cut).src().shape().dim(2)).isLessThan(problem.src().dim(2));
          assertThat(require(cut).geometry().axes().get(0).begin()).isEqualTo(1);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"mb1_ic8oc8_ih8kh3ph1", "mb1_ic512oc512_ih4kh3ph1"})
  void whatIsSmallOrHasFewRowsIsNotCut(String line) {
    withCut(Problem.parse(line), cut -> assertThat(cut).isNull());
  }

  private static PrepareRequest require(@Nullable ProblemCut cut) {
    return Objects.requireNonNull(cut).request();
  }

  private static void withCut(Problem problem, Consumer<@Nullable ProblemCut> action) {
    Convolution c = problem.convolution();
    try (Arena arena = Arena.ofConfined()) {
      var parameters =
          Parameters.of(
              c,
              new float[(int) c.weightsShape().elementCount()],
              new float[(int) c.outChannels()],
              arena);
      Layout layout = Layout.channelsLast(problem.src().rank());
      action.accept(
          ProblemCut.of(
              PrepareRequest.of(
                  c,
                  TensorSpec.f32(layout, problem.src().dims()),
                  TensorSpec.f32(layout, problem.dst().dims()),
                  parameters.weights(),
                  parameters.bias()),
              ProblemCut.PRODUCTS_FOR_AN_ESTIMATE));
    }
  }
}
