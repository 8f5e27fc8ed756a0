package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Requantization;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels that sum bytes and make outputs of the sums, where they add in 32 bits. */
class FusedRequantizationTest {
  private static final String SENTENCE = "requantization fused";

  /** Without VNNI: AVX-512 and what comes before. */
  private static final int NO_VNNI = 0x27;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:s8/_scales/src:0.1+wei:0.01+dst:0.3/_zp/src:9+dst:-3/",
        "mb1_ic8oc16_ih9kh3ph1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/_zp/src:9/",
        "mb1_ic8oc16_ih9kh3ph1_dt/s8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/_post/relu/",
        "g16mb1_ic16oc16_ih9kh3ph1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/_post/hardswish/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/_post/mul:per_oc/",
        "mb1_ic8oc16_ih9kh3ph1_dt/s8:s8:s8/_scales/src:0.1/_post/hardswish,mul:per_oc,relu/",
        "g16mb1_ic16oc16_ih9kh3ph1_dt/u8:s8:u8/_zp/src:9+dst:8/_post/hardswish,mul:per_oc/",
        "mb1_ic16oc16_ih9kh2sh2_transposed_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:f32/_scales/src:0.1+wei:0.01/_post/linear:0.5:3/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:f32/_scales/src:0.1/_post/add:per_tensor:run,sigmoid/",
        "mb1_ic16oc24_ih6kh1_dt/s8:s8:f32/_scales/src:0.1/_post/mul:per_oc:run,add:per_tensor:run/",
        "mb1_ic24oc2_ih9kh4sh2_transposed_dt/u8:s8:f32/_scales/src:0.1+wei:0.01,0.3/_post/relu/",
        "mb1_ic2048oc8_ih3kh3ph1_dt/u8:s8:u8/_scales/src:0.1+dst:5000/_zp/src:200/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:f32/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:u8:f32/_scales/src:0.1+wei:0.01+dst:0.3/_zp/dst:77/"
      })
  void leaveNoPassBehindThem(String line) {
    Problem problem = Problem.parse(line).withRequantization(Requantization.FUSED);
    for (int threads : new int[] {1, 2}) {
      try (Engine engine = Engines.named("onednn", EngineOptions.defaults().withThreads(threads));
          var validator = new EngineValidator(engine)) {
        Explanation explanation = explanation(engine, problem, 64);
        boolean fuses = explanation.warnings().stream().anyMatch(s -> s.startsWith(SENTENCE));
        assertThat(explanation.stages().getLast().implementation().equals("java:convert"))
            .as(explanation.toString())
            .isEqualTo(!fuses);
        if (!Dnnl.hasVnni512() && !Dnnl.hasVnni256()) {
          assertThat(fuses).isFalse();
        } else if (Dnnl.hasVnni512() && !isOfTiles(explanation(engine, exact(problem), 64))) {
          assertThat(fuses).isTrue();
        }
        assertThat(explanation.problem()).isEqualTo(problem.line());
        for (LayoutChoice layout : List.of(LayoutChoice.NHWC, LayoutChoice.NCHW)) {
          assertThat(validator.exact(problem, layout, 3)).matches(Verdict::passed);
        }
      }
    }
  }

  /** Tensors in each call, functions of exponentials, other types of dst, sums beyond 32 bits. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:u8/_scales/src:0.1/_post/add:per_tensor:run/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:u8/_scales/src:0.1/_post/mul:per_oc:run/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:u8/_scales/src:0.1/_post/sigmoid/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:u8/_scales/src:0.1/_post/linear:1e30:0/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:s32/",
        "mb1_ic16oc24_ih6kh1_dt/u8:s8:bf16/_scales/src:0.1/",
        "mb1_ic7400oc8_ih3kh3ph1_dt/u8:s8:u8/_scales/src:0.1/",
        "mb1_ic16oc24_ih9kh3ph1_reflect_dt/u8:s8:u8/_scales/src:0.1/",
        "mb1_ic16oc16_ih9kh2sh2_transposed_dt/u8:s8:u8/_scales/src:0.1/_zp/src:3/"
      })
  void areNotAskedForWhatTheyMightDoOtherwise(String line) {
    isNotFused(line, 60);
  }

  /** What oneDNN 3.13 makes wrong bytes of, and what was found near it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic48oc7_ih9oh8kh3sh1dh0ph1_iw8ow2kw4sw4dw0pw3_dt/u8:s8:u8/_scales/src:0.1+wei:0.06/",
        "g3mb1_ic3oc144_iw20ow16kw5_dt/u8:s8:f32/_scales/src:0.1+wei:0.06/_zp/src:128/",
        "g4mb2_ic16oc24_ih9kh3ph1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/_zp/src:77/",
        "mb1_ic9oc18_iw22ow20kw7sw1dw2pw8_dt/u8:s8:u8/_scales/src:0.1+wei:0.01/_zp/src:8/",
        "mb1_ic24oc15_ih10oh3kh5sh2dh0ph0_iw14ow2kw5sw9dw0pw3_dt/u8:s8:u8/_scales/src:0.1/_zp/src:55/",
        "mb1_ic8oc8_ih8oh14kh3ph4_dt/u8:s8:u8/_scales/src:0.1+wei:0.01/_zp/src:255/"
      })
  void unusualWindowsAreKeptFromThem(String line) {
    isNotFused(line, 3);
  }

  /**
   * What is no number becomes the zero point where dst holds bytes, and another byte in kernels.
   */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, 1e30f})
  void productsThatMayBeNoNumbersAreKeptFromThem(float factor) {
    Problem problem =
        Problem.parse("mb1_ic16oc24_ih6kh1_dt/u8:s8:u8/_post/mul:per_oc/")
            .withRequantization(Requantization.FUSED);
    try (Engine engine = Engines.named("onednn")) {
      assertThat(explanation(engine, problem, 64, factor).warnings())
          .noneMatch(sentence -> sentence.startsWith(SENTENCE));
    }
  }

  private static void isNotFused(String line, int weight) {
    Problem problem = Problem.parse(line).withRequantization(Requantization.FUSED);
    try (Engine engine = Engines.named("onednn");
        var validator = new EngineValidator(engine)) {
      assertThat(explanation(engine, problem, weight).warnings())
          .noneMatch(sentence -> sentence.startsWith(SENTENCE));
      for (LayoutChoice layout : List.of(LayoutChoice.NHWC, LayoutChoice.NCHW)) {
        assertThat(validator.exact(problem, layout, 21)).matches(Verdict::passed);
      }
    }
  }

  /** Of one shape, and each time another byte that stands for zero, and another scale. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic16oc24_ih6kh3ph1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/",
        "mb1_ic16oc24_ih6kh3ph1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/_zp/src:9/",
        "mb1_ic16oc24_ih6kh3ph1_dt/s8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/",
        "mb1_ic16oc24_ih6kh3ph1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/_zp/src:77/",
        "mb1_ic16oc1_ih6kh3ph1_dt/u8:s8:u8/",
        "mb1_ic16oc1_ih6kh3ph1_dt/u8:s8:s8/_scales/src:0.5+wei:0.5+dst:0.25/_zp/src:3/",
        "mb1_ic16oc24_ih6kh3ph1_dt/u8:s8:u8/_scales/src:0.2+wei:0.03+dst:0.3/"
      })
  void whatWasPreparedBeforeDoesNotCount(String line) {
    Problem problem = Problem.parse(line).withRequantization(Requantization.FUSED);
    Problem before =
        problem.withTypes(problem.types(), problem.convolution().quantization().withSrc(0.1f, 0));
    try (Engine engine = Engines.named("onednn");
        var validator = new EngineValidator(engine)) {
      for (Problem each : List.of(before, problem, before)) {
        assertThat(validator.exact(each, LayoutChoice.NHWC, 3)).matches(Verdict::passed);
      }
    }
  }

  @Test
  void stridedSourcesOfTransposedOnesAreServed() {
    Problem problem =
        Problem.parse("mb1_ic24oc2_ih9kh4sh2_transposed_dt/u8:s8:f32/")
            .withRequantization(Requantization.FUSED);
    Convolution convolution = problem.convolution();
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named("onednn")) {
      TensorSpec src =
          TensorSpec.of(DataType.U8, Layout.NHWC, problem.src())
              .withLayout(Layout.strided(2592, 1, 288, 32));
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, src)
              .withDst(TensorSpec.of(DataType.F32, Layout.NHWC, problem.dst()))
              .withParameters(
                  Tensor.allocate(
                      TensorSpec.weights(convolution.weightsShape()).withDataType(DataType.S8),
                      arena),
                  Tensor.allocate(
                      TensorSpec.bias(convolution.outChannels()).withDataType(DataType.S32),
                      arena));
      try (PreparedConvolution prepared = engine.prepare(request)) {
        assertThat(prepared.dst().shape()).isEqualTo(problem.dst());
      }
    }
  }

  @Test
  void exactOnesAndThoseWithoutVnniHaveAPass() {
    Problem problem =
        Problem.parse("mb1_ic16oc24_ih6kh1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:0.3/");
    try (Engine engine = Engines.named("onednn")) {
      assertThat(explanation(engine, problem, 64).stages().getLast().implementation())
          .isEqualTo("java:convert");
      CpuOfTests.withInstructions(
          NO_VNNI,
          () ->
              assertThat(
                      explanation(engine, problem.withRequantization(Requantization.FUSED), 64)
                          .stages()
                          .getLast()
                          .implementation())
                  .isEqualTo("java:convert"));
    }
  }

  private static Problem exact(Problem problem) {
    return problem.withRequantization(Requantization.EXACT);
  }

  /** Whether the CPU has AMX, whose kernels are not asked to fuse. */
  private static boolean isOfTiles(Explanation explanation) {
    return explanation.stages().stream().anyMatch(stage -> stage.implementation().contains("amx"));
  }

  private static Explanation explanation(Engine engine, Problem problem, int weight) {
    return explanation(engine, problem, weight, 0.5f);
  }

  /**
   * Explains.
   *
   * @param weight each of the weights
   * @param number each that is given in the request to post-ops, one a channel
   */
  private static Explanation explanation(Engine engine, Problem problem, int weight, float number) {
    Convolution convolution = problem.convolution();
    Layout layout = Layout.channelsLast(problem.src().rank());
    try (Arena arena = Arena.ofConfined()) {
      TensorSpec ofWeights =
          TensorSpec.weights(convolution.weightsShape()).withDataType(DataType.S8);
      int[] weights = new int[(int) ofWeights.shape().elementCount()];
      Arrays.fill(weights, weight);
      TensorSpec ofBias =
          TensorSpec.bias(convolution.outChannels()).withDataType(problem.types().bias());
      float[] numbers = new float[(int) convolution.outChannels()];
      Arrays.fill(numbers, number);
      TensorSpec ofNumbers = TensorSpec.bias(numbers.length);
      List<Tensor> operands =
          convolution.postOps().requestOperands().stream()
              .map(_ -> Tensor.ofFloats(ofNumbers, numbers, arena))
              .toList();
      ConvolutionRequest request =
          ConvolutionRequest.of(
                  convolution, TensorSpec.of(problem.types().src(), layout, problem.src()))
              .withDst(TensorSpec.of(problem.types().dst(), layout, problem.dst()))
              .withParameters(
                  Tensor.ofInts(ofWeights, weights, arena), Tensor.allocate(ofBias, arena))
              .withOperands(operands);
      try (PreparedConvolution prepared = engine.prepare(request)) {
        return prepared.explain();
      }
    }
  }
}
