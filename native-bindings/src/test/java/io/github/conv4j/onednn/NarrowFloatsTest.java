package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
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
import io.github.conv4j.validation.Verdict;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Primitives of bf16 and f16, on a CPU that has instructions for them or plays to have them. */
@Isolated("it replaces the library of the process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all tests
class NarrowFloatsTest {
  private static final List<ConvolutionTypes> TYPES =
      Stream.of(
              "bf16:bf16:bf16",
              "bf16:bf16:f32",
              "bf16:bf16:bf16:bf16",
              "f16:f16:f16",
              "f16:f16:f32:f16")
          .map(ConvolutionTypes::parse)
          .toList();

  private static final List<LayoutChoice> LAYOUTS = List.of(LayoutChoice.values());

  private static final String CONVERTS = "java:convert";
  private static final Shape SRC = Shape.of(1, 16, 6, 6);

  private Engine engine;
  private Engine threads;
  private EngineValidator validator;
  private int next;

  @BeforeAll
  void open() {
    engine = Engines.named("onednn", EngineOptions.defaults().withThreads(1));
    threads = Engines.named("onednn", EngineOptions.defaults().withThreads(3));
    validator = new EngineValidator(engine);
  }

  @AfterAll
  void close() {
    validator.close();
    engine.close();
    threads.close();
  }

  /** One, two and three axes, groups, depthwise, dilation, strides, transposed, each in parts. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic1oc1_ih5kh3ph1",
        "mb2_ic3oc5_ih7iw9kh3kw2ph2pw1",
        "mb1_ic4oc8_ih9kh3sh2ph1_bias0",
        "mb1_ic7oc9_ih8kh3dh1ph2",
        "mb1_ic16oc24_ih6kh1",
        "mb3_ic13oc17_ih4kh1sh2",
        "g2mb1_ic16oc16_ih6kh3ph1",
        "g12mb1_ic12oc12_ih6kh3ph1",
        "g8mb1_ic8oc16_ih6kh3ph1",
        "mb1_ic8oc8_iw9kw3pw1",
        "mb1_ic4oc8_id4ih5iw6kd3kh3kw3pd1ph1pw1",
        "mb1_ic24oc24_ih12kh3ph1_flipped",
        "mb1_ic8oc6_ih5kh3sh2ph1_transposed",
        "g2mb2_ic8oc6_ih5kh3ph1_transposed",
        "mb1_ic5oc7_iw9kw3sw2_transposed",
        "mb1_ic24oc16_ih8kh3ph1_post/relu,mul:per_oc/"
      })
  void primitivesAreExact(String line) {
    for (ConvolutionTypes types : TYPES) {
      Verdict verdict = exact(Problem.parse(line).withTypes(types, Quantization.none()));

      assertThat(verdict.implementation()).as(verdict.reproLine()).doesNotContain(CONVERTS);
    }
  }

  @Test
  void whatAutoTakesIsItsOwn() {
    Convolution convolution = Convolution.conv2d(16, 16).kernel(3).bias(false).build();
    var request =
        ConvolutionRequest.of(convolution, TensorSpec.of(DataType.BF16, Layout.NHWC, SRC));
    NarrowLibrary.run(
        () -> {
          try (Engine auto = Engines.named("auto");
              Arena arena = Arena.ofConfined();
              PreparedConvolution prepared =
                  auto.prepare(
                      request.withParameters(
                          Tensor.allocate(request.weightsSpec(), arena), null))) {
            assertThat(prepared.explain().toString()).doesNotContain(CONVERTS);
            assertThat(prepared.explain().engine()).isEqualTo("auto");
          }
        });
  }

  /** Which lie as dst does, so that no kernel takes them beside copies. */
  @ParameterizedTest
  @ValueSource(strings = {"relu,add:per_tensor", "add:per_tensor:run,clip:0:100,mul:per_oc"})
  void operandsAsLargeAsDstAreFloats(String postOps) {
    for (ConvolutionTypes types : TYPES) {
      Problem problem = Problem.parse("mb1_ic24oc16_ih8kh3ph1_post/" + postOps + "/");
      Verdict verdict = exact(problem.withTypes(types, Quantization.none()), LayoutChoice.NHWC);

      assertThat(verdict.implementation()).as(verdict.reproLine()).doesNotContain(CONVERTS);
    }
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void randomProblemsAreExact(boolean transposed, boolean postOps) {
    RandomProblems problems =
        postOps ? RandomProblems.withPostOps(77, transposed) : new RandomProblems(77, transposed);
    int direct = 0;
    int count = 60;
    for (Problem problem : problems.take(count)) {
      Verdict verdict = exact(problem.withTypes(types(), Quantization.none()));
      direct += verdict.implementation().contains(CONVERTS) ? 0 : 1;
    }
    assertThat(direct).isGreaterThan(count / 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void randomFloatsAreWithinTheirBound(boolean transposed) {
    NarrowLibrary.run(
        () -> {
          for (Problem problem : new RandomProblems(5, transposed).take(40)) {
            Problem typed = problem.withTypes(types(), Quantization.none());
            Verdict verdict = validator.bounded(typed, layout(), 1);
            assertThat(verdict.passed()).as(verdict.toString()).isTrue();
          }
        });
  }

  private Verdict exact(Problem problem) {
    return exact(problem, layout());
  }

  private Verdict exact(Problem problem, LayoutChoice layout) {
    Verdict[] verdict = new Verdict[1];
    NarrowLibrary.run(() -> verdict[0] = validator.exact(problem, layout, 1));
    assertThat(verdict[0].passed()).as(verdict[0].toString()).isTrue();
    return verdict[0];
  }

  private LayoutChoice layout() {
    return LAYOUTS.get(next++ % LAYOUTS.size());
  }

  private ConvolutionTypes types() {
    return TYPES.get(next++ % TYPES.size());
  }

  @Test
  void threadsShareThem() {
    NarrowLibrary.run(
        () -> {
          try (var shared = new EngineValidator(threads)) {
            for (String line : List.of("mb1_ic8oc32_ih90kh3ph1", "mb2_ic8oc100_ih70kh1")) {
              Problem problem =
                  Problem.parse(line).withTypes(TYPES.getFirst(), Quantization.none());
              for (LayoutChoice layout : LAYOUTS) {
                Verdict verdict = shared.exact(problem, layout, 1);
                assertThat(verdict.passed()).as(verdict.toString()).isTrue();
                assertThat(verdict.implementation()).doesNotContain(CONVERTS);
              }
            }
          }
        });
  }

  /** What no primitive does as it is runs in f32, and a sentence says why. */
  @ParameterizedTest
  @CsvSource({
    "mb1_ic8oc8_ih6kh3ph1_reflect, bf16:bf16:bf16, one primitive does not do all of it",
    "mb1_ic8oc8_ih6kh3ph1, bf16:f16:bf16, kernels for bf16 take weights of bf16",
    "mb1_ic8oc8_ih6kh3ph1, bf16:bf16:f16, make bf16 or f32"
  })
  void saysWhyNot(String line, String types, String why) {
    Problem problem =
        Problem.parse(line).withTypes(ConvolutionTypes.parse(types), Quantization.none());
    exact(problem);
    NarrowLibrary.run(() -> assertThat(sentences(problem)).anyMatch(s -> s.contains(why)));
  }

  /** Floats that may be rounded, where that is said to be faster. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic64oc64_ih14kh3ph1",
        "mb1_ic512oc514_ih14kh1_post/relu/",
        "g2mb2_ic64oc64_ih9iw11kh3kw3ph1pw1",
        "mb1_ic64oc32_id6ih6iw6kd3kh3kw3pd1ph1pw1",
        "mb1_ic64oc64_ih14kh3ph1sh2_bias0",
        "mb1_ic128oc64_ih9kh3ph1_transposed"
      })
  void fpmathRoundsSourceAndWeights(String line) {
    Problem problem = Problem.parse(line).withFpmathMode(FpmathMode.BF16);
    for (LayoutChoice layout : LAYOUTS) {
      NarrowLibrary.run(
          () -> {
            Verdict exact = validator.exact(problem, layout, 1);
            Verdict bounded = validator.bounded(problem, layout, 1);
            Verdict strict =
                validator.bounded(problem.withFpmathMode(FpmathMode.STRICT), layout, 1);
            assertThat(exact.passed()).as(exact.toString()).isTrue();
            assertThat(bounded.passed()).as(bounded.toString()).isTrue();
            assertThat(bounded.largestError()).isGreaterThan(8 * strict.largestError());
          });
    }
    NarrowLibrary.run(
        () -> assertThat(stages(problem)).anyMatch(stage -> stage.startsWith("round to bf16")));
  }

  @Test
  void threadsShareWhatIsRounded() {
    NarrowLibrary.run(
        () -> {
          try (var shared = new EngineValidator(threads)) {
            for (String line : List.of("mb1_ic64oc64_ih60kh3ph1", "mb3_ic64oc100_ih50kh1")) {
              Problem problem = Problem.parse(line).withFpmathMode(FpmathMode.BF16);
              for (LayoutChoice layout : LAYOUTS) {
                Verdict verdict = shared.exact(problem, layout, 1);
                assertThat(verdict.passed()).as(verdict.toString()).isTrue();
              }
            }
          }
        });
  }

  /** Engine auto asks for each by name, and measures. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic3oc5_ih7kh3ph1",
        "g12mb1_ic12oc12_ih6kh3ph1",
        "mb2_ic8oc8_iw9kw3pw1",
        "mb1_ic8oc6_ih5kh3sh2ph1_transposed",
        "mb1_ic24oc16_ih8kh3ph1_post/relu,mul:per_oc/"
      })
  void eachWayIsExactByItsName(String line) {
    Problem problem = Problem.parse(line).withFpmathMode(FpmathMode.BF16);
    NarrowLibrary.run(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            var request = PrepareRequest.of(request(problem, arena));
            List<String> names = ((Alternatives) engine).implementations(request);
            assertThat(names).anyMatch(name -> name.startsWith("bf16:"));
            assertThat(names).anyMatch(name -> !name.startsWith("bf16:"));
            for (String name : names) {
              try (var prepared = ((Alternatives) engine).prepare(request, name);
                  var strict = engine.prepare(request.asRequest())) {
                assertThat(run(prepared, problem)).as(name).isEqualTo(run(strict, problem));
              }
            }
          }
        });
  }

  /** On small integers, which rounding leaves alone. */
  private static float[] run(PreparedConvolution prepared, Problem problem) {
    try (Arena arena = Arena.ofConfined()) {
      float[] values = integers((int) problem.src().elementCount());
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      prepared.execute(Tensor.ofFloats(prepared.src(), values, arena), dst);
      return dst.toFloatArray();
    }
  }

  private static float[] integers(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i * 37 % 15 - 7;
    }
    return values;
  }

  /** What copying src costs is more than products of bf16 save there. */
  @Test
  void fpmathIsAPermission() {
    Problem depthwise = Problem.parse("g32mb1_ic32oc32_ih9kh3ph1").withFpmathMode(FpmathMode.BF16);
    NarrowLibrary.run(
        () -> {
          assertThat(sentences(depthwise)).anyMatch(s -> s.contains("no primitive saves more"));
          assertThat(note(depthwise)).contains("multiplies bf16");
        });
    CpuOfTests.withInstructions(
        0x7,
        () -> {
          assertThat(sentences(depthwise)).anyMatch(s -> s.contains("does not multiply bf16"));
          assertThat(note(depthwise)).contains("does not multiply bf16");
          assertThat(note(depthwise.withFpmathMode(FpmathMode.STRICT))).isEmpty();
        });
  }

  private String note(Problem problem) {
    try (Arena arena = Arena.ofConfined()) {
      return ((Support.Supported) engine.support(request(problem, arena))).note();
    }
  }

  /** Weights of another type are widened once; there is nothing else to read as it is. */
  @Test
  void floatsByNarrowWeightsAreComputedInFloats() {
    Problem problem =
        Problem.parse("mb1_ic8oc8_ih6kh3ph1")
            .withTypes(ConvolutionTypes.parse("f32:bf16:f32"), Quantization.none());
    exact(problem);
    NarrowLibrary.run(
        () -> assertThat(sentences(problem)).noneMatch(s -> s.contains("no kernel reads them")));
  }

  @ParameterizedTest
  @CsvSource({
    "0x7, false, false, false",
    "0xf, false, false, false",
    "0x1f, true, false, true",
    "0x27, false, false, false",
    "0x67, false, false, false",
    "0xe7, true, true, false",
    "0x1ef, true, true, true",
    "0xfef, true, true, true",
    "0, false, false, false"
  })
  void instructionsAreTheCpus(String isa, boolean bf16, boolean products, boolean f16) {
    CpuOfTests.withInstructions(
        Integer.decode(isa),
        () -> {
          assertThat(Dnnl.hasBf16()).isEqualTo(bf16);
          assertThat(Dnnl.multipliesBf16()).isEqualTo(products);
          assertThat(Dnnl.hasF16()).isEqualTo(f16);
        });
  }

  /** Without instructions floats are converted, whatever the library could do slowly. */
  @Test
  void withoutInstructionsTheyAreComputedInFloats() {
    Problem problem =
        Problem.parse("mb1_ic8oc8_ih6kh3ph1").withTypes(TYPES.getFirst(), Quantization.none());
    CpuOfTests.withInstructions(
        0x7,
        () ->
            assertThat(sentences(problem))
                .anyMatch(s -> s.contains("this CPU has no instructions for bf16")));
  }

  private List<String> sentences(Problem problem) {
    return explain(problem).warnings();
  }

  private List<String> stages(Problem problem) {
    return explain(problem).stages().stream().map(Explanation.Stage::operation).toList();
  }

  private Explanation explain(Problem problem) {
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = engine.prepare(request(problem, arena))) {
      return prepared.explain();
    }
  }

  private static ConvolutionRequest request(Problem problem, Arena arena) {
    var convolution = problem.convolution();
    TensorSpec weights =
        TensorSpec.weights(convolution.weightsShape()).withDataType(problem.types().weights());
    ConvolutionRequest request =
        ConvolutionRequest.of(
                convolution,
                TensorSpec.of(
                    problem.types().src(),
                    Layout.channelsLast(problem.src().rank()),
                    problem.src()))
            .withDst(
                TensorSpec.of(
                    problem.types().dst(),
                    Layout.channelsLast(problem.src().rank()),
                    problem.dst()));
    return request
        .withParameters(
            Tensor.ofFloats(
                weights, integers((int) convolution.weightsShape().elementCount()), arena),
            convolution.hasBias()
                ? Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena)
                : null)
        .withOperands(
            convolution.postOps().requestOperands().stream()
                .map(
                    operand ->
                        Tensor.ofFloats(
                            TensorSpec.bias(convolution.outChannels()),
                            integers((int) convolution.outChannels()),
                            arena))
                .toList());
  }
}
