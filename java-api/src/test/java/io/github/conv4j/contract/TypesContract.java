package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.RandomProblems;
import io.github.conv4j.validation.RandomTypes;
import io.github.conv4j.validation.Verdict;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Types other than f32: the same bits as the reference, on whatever is random and hazardous. */
abstract class TypesContract extends EngineContract {
  private static final List<LayoutChoice> LAYOUT_CHOICES = List.of(LayoutChoice.values());

  abstract int randomProblemCount();

  /** Engine auto measures each problem; the naive loops are what others are held against. */
  private int count() {
    return switch (engineName()) {
      case "auto" -> Math.max(1, randomProblemCount() / 40);
      case "reference" -> Math.max(2, randomProblemCount() / 10);
      default -> Math.max(10, randomProblemCount() / 2);
    };
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void randomProblemsAreExact(boolean transposed, boolean postOps) {
    RandomProblems problems =
        postOps
            ? RandomProblems.withPostOps(Problems.SEED, transposed)
            : new RandomProblems(Problems.SEED, transposed);
    areExact(problems.take(count()), engine);
  }

  @Test
  void hazardsAreExact() {
    List<Problem> hazards = new ArrayList<>(Problems.hazards(false));
    hazards.addAll(Problems.hazards(true));
    int step =
        switch (engineName()) {
          case "auto" -> 16;
          case "reference" -> 8;
          default -> 1;
        };
    List<Problem> some = new ArrayList<>();
    for (int i = 0; i < hazards.size(); i += step) {
      some.add(hazards.get(i));
    }
    areExact(some, engine);
  }

  /** What integers need is exact whatever floats may be. */
  @Test
  void integersAreExactAtRelaxedAccuracy() {
    var problem =
        Problem.parse("mb1_ic32oc32_ih14kh3ph1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:2/");
    try (Engine relaxed =
        Engines.named(engineName(), EngineOptions.defaults().withAccuracy(Accuracy.RELAXED))) {
      for (LayoutChoice layout : LAYOUT_CHOICES) {
        isExact(problem, relaxed, layout);
      }
    }
  }

  /** Enough bytes for passes to be shared between threads. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic2oc2_ih300kh1_dt/u8:s8:u8/_scales/src:0.1+wei:0.01+dst:2/_zp/src:3+dst:128/",
        "mb1_ic2oc3_ih300kh1_dt/bf16:bf16:bf16/"
      })
  void largeTensorsAreExact(String line) {
    for (LayoutChoice layout : LAYOUT_CHOICES) {
      isExact(Problem.parse(line), engine, layout);
    }
  }

  /** oneDNN issue 5080: wrong at padded columns before 3.13. */
  @Test
  void paddedColumnsOfOneChannelAreExact() {
    String line = "mb1_ic1oc1_ih32oh16kh2sh2dh0ph0_iw64ow64kw4sw1dw0pw1_dt/s8:s8:s32/";
    for (LayoutChoice layout : LAYOUT_CHOICES) {
      isExact(Problem.parse(line), engine, layout);
    }
  }

  /** The second numbers are integers before they are rounded: nothing is near a middle. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "_dt/u8:s8:u8/_scales/src:0.1+wei:0.013+dst:0.7/_zp/src:3+dst:99/",
        "_dt/u8:s8:u8/_scales/src:0.5+wei:0.25+dst:0.125/_zp/dst:7/",
        "_dt/u8:s8:s8/_scales/src:0.1+wei:0.013+dst:0.3/_post/hardswish,linear:1.7:-0.3/",
        "_dt/s8:s8:u8/_scales/src:0.1+wei:0.013+dst:0.3/_zp/src:-3/_post/relu/",
        "_dt/u8:s8:u8/_scales/src:0.1+wei:0.013+dst:0.3/_zp/dst:128/_post/clip:-20:20/",
        "_dt/u8:s8:f32/_scales/src:0.1+wei:0.013/_post/hardsigmoid:0.2:0.5/",
        "_dt/u8:s8:u8:f32/_scales/src:0.1+wei:0.013+dst:0.3/_zp/dst:5/",
        "_dt/u8:s8:s32/_zp/src:5/"
      })
  void fusedRequantizationIsAPermission(String types) {
    for (String shape :
        List.of(
            "mb1_ic64oc40_ih9kh3ph1",
            "mb2_ic3oc5_ih7iw9kh3kw2ph2pw1",
            "mb1_ic24oc17_ih12kh1",
            "g24mb1_ic24oc24_ih9kh3sh2ph1",
            "g2mb1_ic16oc8_ih6kh3ph1",
            "mb1_ic24oc16_ih5oh10kh2sh2_transposed")) {
      Problem problem = Problem.parse(shape + types).withRequantization(Requantization.FUSED);
      for (LayoutChoice layout : LAYOUT_CHOICES) {
        isExact(problem, engine, layout);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic64oc64_ih14kh3ph1",
        "mb2_ic3oc5_ih7iw9kh3kw2ph2pw1",
        "g8mb1_ic8oc8_ih6kh3ph1_post/relu/",
        "mb1_ic8oc6_ih5kh3sh2ph1_transposed",
        "mb1_ic8oc8_ih6kh3ph1_reflect"
      })
  void fpmathIsAPermissionThatIsExplained(String line) {
    Problem problem = Problem.parse(line).withFpmathMode(FpmathMode.BF16);
    for (LayoutChoice layout : LAYOUT_CHOICES) {
      isExact(problem, engine, layout);
      try (var validator = new EngineValidator(engine)) {
        assertThat(validator.bounded(problem, layout, Problems.SEED)).matches(Verdict::passed);
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      Convolution convolution = problem.convolution();
      TensorSpec src =
          TensorSpec.of(DataType.F32, Layout.channelsLast(problem.src().rank()), problem.src());
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, src)
              .withParameters(
                  Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena),
                  Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena));
      assertThat(engine.support(request))
          .isInstanceOfSatisfying(
              Support.Supported.class, yes -> assertThat(yes.note()).contains("fpmath bf16"));
      try (PreparedConvolution prepared = engine.prepare(request)) {
        boolean rounds =
            prepared.explain().stages().stream()
                .anyMatch(stage -> stage.src().dataType() == DataType.BF16);
        long sentences =
            prepared.explain().warnings().stream()
                .filter(sentence -> sentence.contains("fpmath bf16"))
                .count();
        assertThat(sentences).isEqualTo(rounds ? 0 : 1);
        assertThat(prepared.explain().problem()).contains("_fpmath/bf16/");
      }
    }
  }

  private void areExact(List<Problem> problems, Engine runner) {
    var types = new RandomTypes(Problems.SEED);
    List<Verdict> failures = new ArrayList<>();
    try (var validator = new EngineValidator(runner)) {
      for (int i = 0; i < problems.size(); i++) {
        Verdict verdict =
            validator.exact(
                types.apply(problems.get(i)),
                LAYOUT_CHOICES.get(i % LAYOUT_CHOICES.size()),
                Problems.SEED + i);
        if (!verdict.passed()) {
          failures.add(verdict);
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  private static void isExact(Problem problem, Engine runner, LayoutChoice layout) {
    try (var validator = new EngineValidator(runner)) {
      assertThat(validator.exact(problem, layout, Problems.SEED)).matches(Verdict::passed);
    }
  }

  @Test
  void floatsOfShortTypesStayWithinTheirBound() {
    List<Verdict> failures = new ArrayList<>();
    try (var validator = new EngineValidator(engine)) {
      for (String types :
          List.of("bf16:bf16:bf16", "f16:f16:f16", "f32:bf16:f32", "bf16:f16:f32")) {
        for (Problem problem : Problems.random(false, Math.max(2, count() / 10))) {
          Problem typed = problem.withTypes(ConvolutionTypes.parse(types), Quantization.none());
          Verdict verdict = validator.bounded(typed, LayoutChoice.ANY, Problems.SEED);
          if (!verdict.passed()) {
            failures.add(verdict);
          }
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  /** The examples of ONNX ConvInteger, without and with padding. */
  @Test
  void computesWhatOnnxConvIntegerDoes() {
    Convolution convolution =
        Convolution.conv2d(1, 1)
            .kernel(2)
            .bias(false)
            .quantization(Quantization.none().withSrc(1, 1))
            .build();
    int[] x = {2, 3, 4, 5, 6, 7, 8, 9, 10};
    int[] ones = {1, 1, 1, 1};

    assertThat(run(convolution, "u8:s8:s32", Shape.of(1, 1, 3, 3), x, ones, new int[0]))
        .containsExactly(12, 16, 24, 28);
    assertThat(
            run(
                convolution.toBuilder().padding(1).build(),
                "u8:s8:s32",
                Shape.of(1, 1, 3, 3),
                x,
                ones,
                new int[0]))
        .containsExactly(1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9);
  }

  /** By the formula, written out with exact sums. */
  @Test
  void quantizesByTheFormula() {
    Quantization quantization =
        Quantization.none().withSrc(0.25f, 10).withWeights(0.5f, 0.125f).withDst(0.5f, -7);
    Convolution convolution =
        Convolution.conv2d(2, 2).padding(1).quantization(quantization).build();
    int[] x = {10, 11, 255, 0, 12, 9, 8, 200};
    int[] weights = {3, -2, 127, -128};
    int[] bias = {5, -1000};

    int[] actual = run(convolution, "u8:s8:s8", Shape.of(1, 2, 2, 2), x, weights, bias);

    for (int channel = 0; channel < 2; channel++) {
      for (int at = 0; at < 16; at++) {
        int row = at / 4 - 1;
        int column = at % 4 - 1;
        long sum = bias[channel];
        if (row >= 0 && row < 2 && column >= 0 && column < 2) {
          int pixel = 2 * row + column;
          sum += (long) (x[pixel] - 10) * weights[2 * channel];
          sum += (long) (x[4 + pixel] - 10) * weights[2 * channel + 1];
        }
        double value = sum * 0.25 * (channel == 0 ? 0.5 : 0.125) / 0.5;
        double expected = Math.clamp(Math.rint(value) - 7, -128, 127);
        assertThat(actual[16 * channel + at]).isEqualTo((int) expected);
      }
    }
  }

  /** The largest bytes everywhere: sums that 16 bits, 24 bits and pairs of products do not hold. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4, 63, 512, 519, 4096})
  void largestBytesNeverSaturate(int channels) {
    Convolution convolution = Convolution.conv2d(channels, 8).bias(false).build();
    Shape shape = Shape.of(1, channels, 2, 3);
    int[] x = new int[channels * 6];
    Arrays.fill(x, 255);
    for (int weight : new int[] {127, -128}) {
      int[] weights = new int[channels * 8];
      Arrays.fill(weights, weight);
      int[] expected = new int[48];
      Arrays.fill(expected, 255 * weight * channels);

      assertThat(run(convolution, "u8:s8:s32", shape, x, weights, new int[0])).isEqualTo(expected);
    }
  }

  /** More products than any digits of floats can sum exactly. */
  @Test
  void sumsBeyondFloatsAreExact() {
    int channels = 33_000;
    Convolution convolution = Convolution.conv1d(channels, 1).build();
    var random = new SplittableRandom(1);
    int[] x = random.ints(channels, 0, 256).toArray();
    int[] weights = new int[channels];
    Arrays.fill(weights, 127);
    long sum = 1 << 20;
    for (int i = 0; i < channels; i++) {
      sum += (long) x[i] * weights[i];
    }

    int[] actual =
        run(convolution, "u8:s8:s32", Shape.of(1, channels, 1), x, weights, new int[] {1 << 20});

    assertThat(actual).containsExactly((int) sum);
  }

  /** A bias that no float holds, and sums beyond 32 bits. */
  @Test
  void integerBiasIsExactAndSumsSaturate() {
    Convolution convolution = Convolution.conv1d(1, 3).build();
    int[] bias = {Integer.MAX_VALUE, Integer.MIN_VALUE, (1 << 24) + 1};

    assertThat(
            run(
                convolution,
                "s8:s8:s32",
                Shape.of(1, 1, 1),
                new int[] {1},
                new int[] {1, -1, 2},
                bias))
        .containsExactly(Integer.MAX_VALUE, Integer.MIN_VALUE, (1 << 24) + 3);
  }

  /** Bounds, an addend and functions between sums and bytes, whatever comes through them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "relu",
        "clip:-1:2",
        "clip:0.75:2,relu",
        "relu,clip:3:4",
        "add:per_tensor:run",
        "add:per_tensor:run,relu",
        "relu,add:per_tensor:run",
        "hardswish",
        "hardswish,linear:-1.3:7,clip:-3:50",
        "hardswish,relu,linear:2:1",
        "linear:2:1,hardswish"
      })
  void specialValuesBecomeBytesAsTheReferenceSays(String postOps) {
    for (Layout layout : List.of(Layout.NHWC, Layout.NCHW)) {
      for (String types : List.of("u8:s8:u8:f32", "s8:s8:s8:f32")) {
        assertThat(specialBytes(engine, types, layout, postOps))
            .isEqualTo(specialBytes(reference, types, layout, postOps));
      }
    }
  }

  /** Each channel has another bias, each row of an addend too. */
  private static int[] specialBytes(Engine engine, String text, Layout layout, String postOps) {
    float[] special = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      0x1p24f,
      -0x1p23f,
      0.5f,
      1.5f,
      -2.5f,
      -0f,
      Math.nextDown(0.5f)
    };
    int count = special.length;
    ConvolutionTypes types = ConvolutionTypes.parse(text);
    Convolution convolution =
        Convolution.conv2d(2, count)
            .quantization(Quantization.none().withDst(1, 7))
            .postOps(PostOps.parse(postOps))
            .build();
    Shape shape = Shape.of(1, 2, 4, 5);
    try (Arena arena = Arena.ofConfined()) {
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, TensorSpec.of(types.src(), layout, shape))
              .withDst(TensorSpec.of(types.dst(), layout, convolution.outputShape(shape)))
              .withParameters(
                  Tensor.allocate(
                      TensorSpec.weights(convolution.weightsShape()).withDataType(DataType.S8),
                      arena),
                  Tensor.ofFloats(TensorSpec.bias(count), special, arena));
      try (PreparedConvolution prepared = engine.prepare(request)) {
        Tensor src = Tensor.allocate(prepared.src(), arena);
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        ConvolutionCall call = prepared.call().src(src).dst(dst);
        for (int i = 0; i < prepared.operands().size(); i++) {
          TensorSpec spec = prepared.operands().get(i);
          float[] values = new float[(int) spec.shape().elementCount()];
          for (int at = 0; at < values.length; at++) {
            values[at] = special[at % 20 % count];
          }
          call.operand(i, Tensor.ofFloats(spec, values, arena));
        }
        call.execute();
        return dst.toIntArray();
      }
    }
  }

  private int[] run(
      Convolution convolution, String types, Shape shape, int[] x, int[] weights, int[] bias) {
    ConvolutionTypes all = ConvolutionTypes.parse(types);
    try (Arena arena = Arena.ofConfined()) {
      Layout layout = Layout.channelsLast(shape.rank());
      Shape dstShape = convolution.outputShape(shape);
      TensorSpec weightsSpec =
          TensorSpec.weights(convolution.weightsShape()).withDataType(DataType.S8);
      TensorSpec biasSpec = TensorSpec.bias(convolution.outChannels()).withDataType(DataType.S32);
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, TensorSpec.of(all.src(), layout, shape))
              .withDst(TensorSpec.of(all.dst(), layout, dstShape))
              .withParameters(
                  Tensor.ofInts(weightsSpec, weights, arena),
                  convolution.hasBias() ? Tensor.ofInts(biasSpec, bias, arena) : null);
      try (PreparedConvolution prepared = engine.prepare(request)) {
        Tensor src = Tensor.ofInts(prepared.src(), x, arena);
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        prepared.execute(src, dst);
        return dst.toIntArray();
      }
    }
  }

  /** NaN and infinities reach a short dst as they would reach f32. */
  @ParameterizedTest
  @CsvSource({"BF16", "F16"})
  void specialValuesReachShortFloats(DataType type) {
    Convolution convolution = Convolution.conv2d(1, 1).bias(false).build();
    float[] values = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      0,
      Float.MAX_VALUE,
      Float.MIN_VALUE,
      -1
    };
    TensorSpec src = TensorSpec.f32(Layout.NCHW, 1, 1, 1, values.length);
    try (Arena arena = Arena.ofConfined()) {
      Tensor one =
          Tensor.ofFloats(TensorSpec.weights(convolution.weightsShape()), new float[] {1}, arena);
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, src)
              .withDst(src.withDataType(type))
              .withParameters(one, null);
      try (PreparedConvolution prepared = engine.prepare(request)) {
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        prepared.execute(Tensor.ofFloats(src, values, arena), dst);

        assertThat(dst.toFloatArray())
            .containsExactly(
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                0,
                Float.POSITIVE_INFINITY,
                0,
                -1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s32:s8:s32",
        "u8:u8:u8",
        "u8:s8:u8:bf16",
        "f32:s8:f32",
        "f32:f32:u8",
        "f32:f32:f32:s32",
        "u8:f32:f32"
      })
  void typesThatDoNotGoTogetherAreRefused(String types) {
    isRefused(PLAIN, ConvolutionTypes.parse(types));
  }

  @ParameterizedTest
  @CsvSource({
    "u8:s8:u8, '', src:256",
    "s8:s8:s8, '', dst:-129",
    "u8:s8:f32, dst:2, ''",
    "u8:s8:s32, '', dst:1",
    "u8:s8:u8, 'src:1e-30+wei:1e-30', ''",
    "bf16:bf16:bf16, src:0.5, ''"
  })
  void quantizationsThatDoNotFitAreRefused(String types, String scales, String zeroPoints) {
    isRefused(
        PLAIN.withQuantization(Quantization.parse(scales, zeroPoints)),
        ConvolutionTypes.parse(types));
  }

  private void isRefused(Convolution convolution, ConvolutionTypes types) {
    try (Arena arena = Arena.ofConfined()) {
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, plainSrc().withDataType(types.src()))
              .withDst(TensorSpec.of(types.dst(), Layout.NHWC, convolution.outputShape(PLAIN_SRC)))
              .withParameters(
                  Tensor.allocate(
                      TensorSpec.weights(convolution.weightsShape()).withDataType(types.weights()),
                      arena),
                  Tensor.allocate(
                      TensorSpec.bias(convolution.outChannels()).withDataType(types.bias()),
                      arena));
      String lack = types.lack(convolution).orElseThrow();

      assertThat(engine.support(request))
          .isInstanceOfSatisfying(
              Support.Unsupported.class, no -> assertThat(no.reason()).contains(lack));
      assertThatExceptionOfType(UnsupportedConvolutionException.class)
          .isThrownBy(() -> engine.prepare(request))
          .withMessageContaining(lack);
    }
  }
}
