package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.contract.ChildJvm;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
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
  private static final String RANDOM_PROBLEMS = "20";

  @Test
  void allAgreeExactlyBetweenGuardPages() {
    ChildJvm.Outcome outcome =
        ChildJvm.run(ImplementationsRun.class, List.of("-XX:TieredStopAtLevel=1"), RANDOM_PROBLEMS);

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo("0 failed");
  }

  @Test
  void theFirstIsWhatPrepareChooses() {
    for (Layout layout : List.of(Layout.NHWC, Layout.NCHW)) {
      for (int kernel : new int[] {1, 3}) {
        with(
            layout,
            kernel,
            Padding.symmetric(kernel / 2),
            DataType.F32,
            (engine, request) -> {
              List<String> names = engine.implementations(request);
              assertThat(names).isNotEmpty().doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(6);
              for (String name : names) {
                try (PreparedConvolution prepared = engine.prepare(request, name)) {
                  assertThat(ImplementationsRun.isNamed(prepared, name)).as(name).isTrue();
                }
              }
              try (PreparedConvolution own =
                  engine.prepare(
                      request.convolution(),
                      request.src(),
                      request.dst(),
                      request.weights(),
                      request.bias())) {
                assertThat(ImplementationsRun.isNamed(own, names.getFirst()))
                    .as(names.getFirst())
                    .isTrue();
              }
            });
      }
    }
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
        DataType.S32,
        (engine, request) -> assertThat(engine.implementations(request)).isEmpty());
  }

  private interface Check {
    void run(Alternatives engine, PrepareRequest request);
  }

  private static void with(Padding padding, DataType dstType, Check check) {
    with(Layout.NHWC, 3, padding, dstType, check);
  }

  private static void with(
      Layout layout, int kernel, Padding padding, DataType dstType, Check check) {
    Convolution convolution = Convolution.conv2d(8, 16).kernel(kernel).padding(padding).build();
    TensorSpec src = TensorSpec.f32(layout, 1, 8, 9, 9);
    TensorSpec dst = TensorSpec.of(dstType, layout, convolution.outputShape(src.shape()));
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
}
