package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What oneDNN cannot do, or cannot do safely, is composed, visibly; nothing is silently slow. */
class CompositionTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engines.named("onednn");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @Test
  void aPlainConvolutionIsOneStage() {
    Explanation explanation =
        explain(Convolution.conv2d(16, 16).kernel(3).padding(1).build(), Layout.NHWC, 8, 8);

    assertThat(operations(explanation)).containsExactly("convolution");
    assertThat(explanation.warnings()).isEmpty();
    assertThat(explanation.weightsByteSize()).isGreaterThanOrEqualTo(16 * 16 * 9 * 4);
  }

  @Test
  void paddingModesAreAPaddedCopyAndAConvolution() {
    for (PaddingMode mode :
        List.of(PaddingMode.REFLECT, PaddingMode.REPLICATE, PaddingMode.CIRCULAR)) {
      Convolution convolution =
          Convolution.conv2d(4, 4).kernel(3).padding(Padding.symmetric(1).mode(mode)).build();

      Explanation explanation = explain(convolution, Layout.NHWC, 8, 8);

      assertThat(operations(explanation))
          .containsExactly("pad " + mode.name().toLowerCase(Locale.ROOT), "convolution");
    }
  }

  @Test
  void aCroppedSourceIsACopyOfThePart() {
    Explanation explanation =
        explain(
            Convolution.conv2d(4, 4)
                .kernel(3)
                .padding(Padding.asymmetric(new long[] {0}, new long[] {-5}))
                .build(),
            Layout.NHWC,
            20,
            20);

    assertThat(operations(explanation).getFirst()).isEqualTo("copy part of src");
  }

  @Test
  void outputsThatSeeOnlyPaddingAreTheBias() {
    Problem defect5942 = Problem.parse("mb100_ic64oc1_ih1oh2kh125sh2dh0ph63_iw1ow64kw1sw2dw0pw63");

    Explanation explanation =
        explain(defect5942.convolution(), Layout.NHWC, defect5942.src().dims());

    assertThat(operations(explanation)).containsExactly("fill with bias");
    assertAgrees(defect5942);
  }

  @Test
  void innerOutputsThatSeeOnlyPaddingRunInTheNaiveLoopsAloud() {
    Problem gaps = Problem.parse("mb1_ic16oc16_ih2oh6kh2sh1dh3ph4_iw8kw3pw1");

    Explanation explanation = explain(gaps.convolution(), Layout.NHWC, gaps.src().dims());

    assertThat(explanation.stages().getFirst().implementation()).isEqualTo("java:naive-loops");
    assertThat(explanation.warnings()).singleElement().asString().contains("5942");
    assertAgrees(gaps);
  }

  @Test
  void stridedViewsThatOneDnnOnlyDoesSlowlyAreCopied() {
    Convolution convolution = Convolution.conv2d(16, 16).kernel(3).padding(1).build();
    TensorSpec src =
        TensorSpec.of(
            DataType.F32, Layout.strided(16 * 12 * 8, 1, 16 * 12, 16), Shape.of(1, 16, 8, 8));
    try (PreparedConvolution prepared =
        engine.prepare(convolution, src, new float[16 * 16 * 9], new float[16])) {
      assertThat(prepared.explain().stages())
          .noneMatch(stage -> new Implementation(stage.implementation()).isSlow());
      assertThat(operations(prepared.explain())).contains("reorder");
      assertThat(prepared.src()).isEqualTo(src);
    }
  }

  /** On AVX-512 oneDNN has kernels for it, some of which copy inside; on AVX2 it has none. */
  @Test
  void channelsFirstSaysWhoCopies() {
    Convolution convolution = Convolution.conv2d(16, 16).kernel(3).padding(1).build();
    Explanation last = explain(convolution, Layout.NHWC, 28, 28);
    Explanation first = explain(convolution, Layout.NCHW, 28, 28);

    String lastKernel = last.stages().getFirst().implementation();
    boolean copied = operations(first).contains("reorder");
    if (copied || lastKernel.endsWith(":avx2")) {
      assertThat(operations(first)).containsExactly("reorder", "convolution", "reorder");
      assertThat(first.stages().get(1).implementation()).isEqualTo(lastKernel);
    } else {
      assertThat(operations(first)).containsExactly("convolution");
    }
    var firstKernel = new Implementation(first.stages().getFirst().implementation());
    if (copied || firstKernel.copiesInside()) {
      assertThat(first.warnings()).singleElement().asString().endsWith("NHWC is faster");
    } else if (firstKernel.isSlow()) {
      // Told of unless it is estimated to be as fast here as a kernel would be.
      assertThat(first.warnings())
          .hasSizeLessThan(2)
          .allSatisfy(warning -> assertThat(warning).contains("slow implementation"));
    } else {
      assertThat(first.warnings()).isEmpty();
    }
    assertThat(last.warnings()).isEmpty();
  }

  @Test
  void otherTypesAreRefusedWithTheReason() {
    Convolution convolution = Convolution.conv2d(4, 4).build();
    TensorSpec src = TensorSpec.of(DataType.S32, Layout.NHWC, Shape.of(1, 4, 8, 8));

    assertThat(engine.support(convolution, src))
        .isInstanceOfSatisfying(
            Support.Unsupported.class, no -> assertThat(no.reason()).contains("s32"));
    assertThatThrownBy(() -> engine.prepare(convolution, src, new float[16], new float[4]))
        .isInstanceOf(UnsupportedConvolutionException.class)
        .hasMessageContaining("s32");
  }

  /** Before anybody takes the bytes of weights for floats. */
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void otherTypesOfWeightsAreRefusedInLargeBatches() {
    Convolution convolution = Convolution.conv2d(1, 1).kernel(3).padding(1).bias(false).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 4, 1, 8, 8);
    TensorSpec spec = TensorSpec.of(DataType.S8, Layout.NCHW, convolution.weightsShape());
    try (Arena arena = Arena.ofConfined();
        var small = new OnednnEngine(EngineOptions.defaults(), 100)) {
      var request =
          ConvolutionRequest.of(convolution, src)
              .withParameters(Tensor.allocate(spec, arena), null);
      assertThat(small.support(request))
          .isInstanceOfSatisfying(
              Support.Unsupported.class,
              no -> assertThat(no.reason()).contains("src f32 goes with weights"));
    }
  }

  @Test
  void tensorsBeyondThirtyTwoBitsAreRefusedBeforeNativeCode() {
    Convolution convolution = Convolution.conv2d(1, 1).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 1, 1L << 20, 1L << 20);

    assertThat(engine.support(convolution, src)).isInstanceOf(Support.Unsupported.class);
    assertThatThrownBy(() -> engine.prepare(convolution, src, new float[1], new float[1]))
        .isInstanceOf(UnsupportedConvolutionException.class);
  }

  @Test
  void hugeStridesAndDilationsOfOneOutputAreHarmless() {
    Problem huge =
        Problem.of(
            Convolution.conv2d(3, 5)
                .kernel(1)
                .stride(Integer.MAX_VALUE, 1L << 40)
                .dilation(1L << 50)
                .build(),
            Shape.of(1, 3, 7, 7));

    assertAgrees(huge);
  }

  /**
   * What computes gradients knows no bias, and oneDNN's own loop over one takes many times as long.
   */
  @Test
  void aBiasOfATransposedConvolutionIsAPassWhereKernelsKnowNone() {
    for (int groups : new int[] {32, 4}) {
      Convolution convolution =
          Convolution.transposed2d(32, 32).kernel(4).stride(2).padding(1).groups(groups).build();
      for (PostOps postOps : List.of(PostOps.none(), PostOps.parse("relu,linear:2:1"))) {
        Convolution whole = convolution.withPostOps(postOps);
        Explanation explanation = explain(whole, Layout.NHWC, 7, 9);

        boolean ofGradients =
            explanation.stages().stream()
                .anyMatch(stage -> stage.implementation().startsWith("conv:"));
        assertThat(operations(explanation).contains("add bias")).isEqualTo(ofGradients);
        assertThat(operations(explanation).contains("post-ops " + postOps))
            .isEqualTo(ofGradients && !postOps.isEmpty());
        assertThat(explanation.problem()).doesNotContain("bias0");
        assertAgrees(Problem.of(whole, Shape.of(2, 32, 7, 9)));
      }
    }
  }

  private static Explanation explain(Convolution convolution, Layout layout, int h, int w) {
    return explain(convolution, layout, new long[] {1, convolution.inChannels(), h, w});
  }

  private static Explanation explain(Convolution convolution, Layout layout, long[] src) {
    float[] weights = new float[(int) convolution.weightsShape().elementCount()];
    float[] bias = new float[(int) convolution.outChannels()];
    try (PreparedConvolution prepared =
        engine.prepare(convolution, TensorSpec.f32(layout, src), weights, bias)) {
      return prepared.explain();
    }
  }

  /** What each stage does, whether or not it is shared between threads. */
  private static List<String> operations(Explanation explanation) {
    return explanation.stages().stream()
        .map(stage -> stage.operation().replaceAll(" in \\d+ parts.*", ""))
        .toList();
  }

  private static void assertAgrees(Problem problem) {
    try (var validator = new EngineValidator(engine)) {
      for (LayoutChoice layout : LayoutChoice.values()) {
        assertThat(validator.exact(problem, layout, 1)).matches(v -> v.passed());
      }
    }
  }
}
