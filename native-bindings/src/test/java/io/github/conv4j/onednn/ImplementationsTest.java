package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.contract.ChildJvm;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What oneDNN offers besides its first choice. */
@Execution(ExecutionMode.CONCURRENT)
class ImplementationsTest {
  private static final String RANDOM_PROBLEMS = "60";

  @Test
  void allAgreeExactlyBetweenGuardPages() {
    ChildJvm.Outcome outcome = ChildJvm.run(ImplementationsRun.class, List.of(), RANDOM_PROBLEMS);

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo("0 failed");
  }

  @Test
  void theFirstIsWhatPrepareChooses() {
    with(
        Padding.symmetric(1),
        DataType.F32,
        (engine, request) -> {
          List<String> names = engine.implementations(request);
          assertThat(names).isNotEmpty().doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(4);
          for (String name : names) {
            try (PreparedConvolution prepared = engine.prepare(request, name)) {
              assertThat(implementation(prepared)).isEqualTo(name);
            }
          }
          try (PreparedConvolution own =
              engine.prepare(
                  request.convolution(),
                  request.src(),
                  request.dst(),
                  request.weights(),
                  request.bias())) {
            assertThat(implementation(own)).isEqualTo(names.getFirst());
          }
        });
  }

  @Test
  void anUnknownNameIsRefused() {
    with(
        Padding.symmetric(1),
        DataType.F32,
        (engine, request) ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.prepare(request, "magic:avx9000"))
                .withMessageContainingAll("magic:avx9000", "ic8oc16"));
  }

  @Test
  void compositionsHaveOneWay() {
    with(
        Padding.symmetric(1).mode(PaddingMode.REFLECT),
        DataType.F32,
        (engine, request) -> {
          List<String> names = engine.implementations(request);
          assertThat(names).hasSize(1);
          try (PreparedConvolution prepared = engine.prepare(request, names.getFirst())) {
            assertThat(prepared.explain().stages()).hasSize(2);
          }
        });
  }

  @Test
  void whatCannotRunHasNoWay() {
    with(
        Padding.symmetric(1),
        DataType.BF16,
        (engine, request) -> assertThat(engine.implementations(request)).isEmpty());
  }

  private interface Check {
    void run(Alternatives engine, PrepareRequest request);
  }

  private static void with(Padding padding, DataType dstType, Check check) {
    Convolution convolution = Convolution.conv2d(8, 16).kernel(3).padding(padding).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 8, 9, 9);
    TensorSpec dst = TensorSpec.of(dstType, Layout.NHWC, convolution.outputShape(src.shape()));
    try (Arena arena = Arena.ofConfined();
        var engine =
            (Alternatives) Engines.named("onednn", EngineOptions.defaults().withThreads(1))) {
      check.run(
          engine,
          PrepareRequest.of(
              convolution,
              src,
              dst,
              Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena),
              Tensor.allocate(TensorSpec.bias(16), arena)));
    }
  }

  private static String implementation(PreparedConvolution prepared) {
    return prepared.explain().stages().getFirst().implementation();
  }
}
