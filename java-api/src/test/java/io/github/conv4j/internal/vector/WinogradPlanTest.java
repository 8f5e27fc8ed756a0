package io.github.conv4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.contract.ChildJvm;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.winograd.WinogradRun;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When Winograd's algorithm is chosen, and how near its results are. */
@Execution(ExecutionMode.CONCURRENT)
class WinogradPlanTest {
  private static final Convolution CONVOLUTION =
      Convolution.conv2d(64, 64).kernel(3).padding(1).build();

  private static final Shape SRC = Shape.of(1, 64, 12, 12);

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void staysNearTheReferenceAtEveryWidth(int bits) {
    ChildJvm.Outcome outcome =
        ChildJvm.run(WinogradRun.class, List.of("-Dconv4j.vector.bits=" + bits), "vector" + bits);

    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }

  @Test
  void strictNeverChoosesIt() {
    assertThat(implementation(Accuracy.STRICT, CONVOLUTION, SRC)).endsWith(":direct");
    assertThat(admitted(Accuracy.STRICT, CONVOLUTION, SRC)).containsExactly("direct");
  }

  @Test
  void relaxedChoosesIt() {
    assertThat(implementation(Accuracy.RELAXED, CONVOLUTION, SRC)).endsWith(":winograd4x4");
    assertThat(admitted(Accuracy.RELAXED, CONVOLUTION, SRC))
        .containsExactly("winograd4x4", "winograd2x2", "direct");
  }

  @Test
  void manyWeightsForFewOutputsTakeTheSmallerTile() {
    Convolution late = Convolution.conv2d(512, 512).kernel(3).padding(1).build();

    assertThat(admitted(Accuracy.RELAXED, late, Shape.of(1, 512, 7, 7)))
        .containsExactly("winograd2x2", "winograd4x4", "direct");
  }

  @Test
  void fewChannelsStayDirectUnlessMeasured() {
    Convolution narrow = Convolution.conv2d(64, 12).kernel(3).padding(1).build();

    assertThat(admitted(Accuracy.RELAXED, narrow, SRC).getFirst()).isEqualTo("direct");
  }

  @Test
  void whatItCannotComputeGoesToOthers() {
    List<Convolution> others =
        List.of(
            CONVOLUTION.toBuilder().stride(2).build(),
            CONVOLUTION.toBuilder().dilation(2).build(),
            CONVOLUTION.toBuilder().kernel(3, 5).build(),
            CONVOLUTION.toBuilder().groups(32).build(),
            CONVOLUTION.toBuilder()
                .padding(Padding.symmetric(1).mode(PaddingMode.REFLECT))
                .build());

    for (Convolution other : others) {
      assertThat(admitted(Accuracy.RELAXED, other, SRC))
          .isNotEmpty()
          .noneMatch(name -> name.startsWith("winograd"));
    }
  }

  @Test
  void withoutTheVectorApiItIsNotOffered() {
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest request = request(CONVOLUTION, SRC, arena);

      assertThat(PlanChoice.admitted(KernelSet.scalar(), Accuracy.RELAXED, request, true))
          .containsExactly("direct");
    }
  }

  @Test
  void weightsThatAreNotFiniteGoToTheNaiveLoops() {
    float[] weights = new float[(int) CONVOLUTION.weightsShape().elementCount()];
    weights[7] = Float.NaN;
    try (Engine engine = engine(Accuracy.RELAXED);
        PreparedConvolution prepared =
            engine.prepare(
                CONVOLUTION, TensorSpec.f32(Layout.NHWC, SRC.dims()), weights, new float[64])) {
      assertThat(prepared.explain().stages().getFirst().implementation()).contains("naive");
    }
  }

  private static Engine engine(Accuracy accuracy) {
    return Engines.named("vector", EngineOptions.defaults().withThreads(1).withAccuracy(accuracy));
  }

  private static String implementation(Accuracy accuracy, Convolution convolution, Shape src) {
    float[] weights = new float[(int) convolution.weightsShape().elementCount()];
    Arrays.fill(weights, 1);
    try (Engine engine = engine(accuracy);
        PreparedConvolution prepared =
            engine.prepare(
                convolution, TensorSpec.f32(Layout.NHWC, src.dims()), weights, new float[64])) {
      return prepared.explain().stages().getFirst().implementation();
    }
  }

  private static List<String> admitted(Accuracy accuracy, Convolution convolution, Shape src) {
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest request = request(convolution, src, arena);
      return PlanChoice.admitted(KernelSet.vector(), accuracy, request, true);
    }
  }

  private static PrepareRequest request(Convolution convolution, Shape src, Arena arena) {
    return PrepareRequest.of(
        convolution,
        TensorSpec.f32(Layout.NHWC, src.dims()),
        TensorSpec.f32(Layout.NHWC, convolution.outputShape(src).dims()),
        Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena),
        Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena));
  }
}
