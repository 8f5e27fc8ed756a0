package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.RandomProblems;
import io.github.conv4j.validation.Verdict;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What is done to outputs before they are written. */
abstract class PostOpsContract extends EngineContract {
  private static final int STEP_THROUGH_WHAT_IS_TESTED_ELSEWHERE = 4;

  private static final String[] LINES = {
    "mb2_ic16oc16_ih7kh3ph1",
    "g16mb1_ic16oc16_ih9kh3ph1",
    "mb1_ic5oc7_ih8kh1",
    "g2mb2_ic8oc6_ih6kh3"
  };

  private static final String[] EACH = {
    "relu",
    "relu:0.25",
    "prelu",
    "elu:1",
    "elu:0.5",
    "sigmoid",
    "tanh",
    "gelu_erf",
    "gelu_tanh",
    "swish:1",
    "swish:2",
    "hardswish",
    "hardsigmoid:0.2:0.5",
    "clip:-2:6",
    "linear:2:1",
    "abs",
    "square",
    "abs,sqrt",
    "clip:-9:9,exp"
  };

  private static final String[] OPERANDS = {
    "2", "common:run", "per_oc", "per_oc:run", "per_tensor", "per_tensor:run"
  };

  private static final PostOps RESIDUAL =
      PostOps.of(PostOp.add(Operand.full().atEachRun()), PostOp.relu());

  abstract int randomProblemCount();

  @Test
  void eachAlone() {
    agree(engine, List.of(EACH), LINES);
  }

  /** Where sums wait in dst: of whole rows, of single pixels, of a part of the channels. */
  @Test
  void longOnes() {
    agree(
        engine,
        List.of(
            "swish",
            "gelu_erf,add:per_oc",
            "relu,add:per_oc:run,clip:-9:9",
            "elu:0.5,mul:per_tensor:run"),
        "mb2_ic16oc32_ih23kh3ph1",
        "mb1_ic64oc128_ih7kh3ph1",
        "g2mb1_ic32oc64_ih9kh3ph1",
        "mb1_ic16oc24_ih12kh3ph1",
        "mb1_ic16oc20_ih12kh3ph1",
        "mb1_ic16oc32_ih9kh3sh2ph1_transposed",
        "mb1_ic16oc16_id5kd3pd1_ih6kh3ph1_iw7kw3pw1",
        "mb1_ic96oc320_ih14kh1");
  }

  @Test
  void operandsOfEveryExtentFromEverywhere() {
    List<String> texts = new ArrayList<>();
    for (String operation : List.of("add", "sub", "mul", "div", "min", "max")) {
      for (String operand : OPERANDS) {
        texts.add(operation + ":" + operand);
      }
    }
    texts.add("prelu:run");
    texts.add("add:per_tensor:run,relu,mul:per_oc:run,sub:common:run,max:per_tensor");
    texts.add("add:common:run,add:common:run,add:common:run,add:common:run,add:per_oc:run");
    agree(engine, texts, LINES);
  }

  @Test
  void powersUpToTheLargestFloat() {
    agree(
        engine,
        List.of(
            "linear:0:88.4,exp",
            "linear:0:88.7,exp",
            "linear:0:88.72283,exp",
            "linear:0:88.73,exp"),
        LINES);
  }

  /** Outputs that meet no source are the bias, and go through post-ops like all others. */
  @Test
  void compositions() {
    agree(
        engine,
        List.of("linear:2:3,relu", "elu:1,add:per_oc", "add:per_tensor:run,relu", "prelu:run"),
        "mb1_ic3oc4_ih5kh3ph7",
        "mb1_ic3oc4_ih5oh2kh1ph9",
        "mb1_ic3oc4_ih8kh3ph1_reflect",
        "mb1_ic3oc4_ih8kh3ph1_flipped",
        "mb1_ic16oc3_ih9kh4sh2ph1_transposed",
        "mb1_ic4oc6_ih5kh3ph1_transposed",
        "mb1_ic4oc6_ih1kh3_transposed",
        "mb3_ic4oc6_ih1kh1",
        "mb1_ic4oc6_ih9iw2kh3kw1ph1pw0",
        "mb1_ic2oc3_iw20kw3pw1",
        "mb1_ic2oc3_id5kd3pd1");
  }

  /** Each with each; of what is tested elsewhere each post-ops on one line in some, in turn. */
  private void agree(Engine engine, List<String> texts, String... lines) {
    int step = step();
    List<Verdict> failures = new ArrayList<>();
    try (var validator = new EngineValidator(engine)) {
      for (int i = 0; i < lines.length; i++) {
        for (int j = 0; j < texts.size(); j++) {
          if ((i + j) % step == 0) {
            String line = lines[i] + "_post/" + texts.get(j) + "/";
            check(validator, Problem.parse(line), failures);
          }
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  private int step() {
    return isTestedElsewhere() ? Thoroughness.step(STEP_THROUGH_WHAT_IS_TESTED_ELSEWHERE) : 1;
  }

  private static void check(EngineValidator validator, Problem problem, List<Verdict> failures) {
    for (LayoutChoice layout : LayoutChoice.values()) {
      for (Verdict verdict :
          List.of(validator.exact(problem, layout, 1), validator.bounded(problem, layout, 1))) {
        if (!verdict.passed()) {
          failures.add(verdict);
        }
      }
    }
  }

  @Test
  void randomChainsOnRandomProblems() {
    long seed = Long.getLong("conv4j.test.seed", 1);
    List<Verdict> failures = new ArrayList<>();
    try (var validator = new EngineValidator(engine)) {
      for (boolean transposed : new boolean[] {false, true}) {
        var random = RandomProblems.withPostOps(seed, transposed);
        for (int i = 0; i < randomProblemCount() / 4; i++) {
          check(validator, random.next(), failures);
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void specialValuesAreAsInTheReference() {
    float[] specials = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      -0f,
      0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e-40f,
      -1e-40f,
      3,
      -3,
      1e30f,
      -1e30f
    };
    Shape src = Shape.of(1, 16, 3, specials.length);
    float[] bias = new float[16];
    List<String> texts = new ArrayList<>(List.of(EACH));
    texts.addAll(
        List.of(
            "exp", "sqrt", "add:-0", "mul:inf", "mul:0", "div:0", "min:0", "max:-0", "sub:inf"));
    int turn = 0;
    for (Convolution plain :
        List.of(
            Convolution.conv2d(16, 16).groups(16).build(),
            Convolution.conv2d(16, 16).kernel(3).padding(1).groups(16).build(),
            Convolution.conv2d(16, 8).build(),
            Convolution.conv2d(16, 16).kernel(3).padding(1).build())) {
      float[] x = specials(plain, src, specials);
      float[] weights = centerOfFirst(plain);
      turn++;
      for (int next = turn % step(); next < texts.size(); next += step()) {
        String text = texts.get(next);
        Convolution convolution = plain.withPostOps(PostOps.parse(text));
        if (!convolution.postOps().requestOperands().isEmpty()) {
          continue;
        }
        float[] ofChannels = Arrays.copyOf(bias, (int) plain.outChannels());
        float[] expected =
            Runs.on(reference, convolution, spec(Layout.NCHW, src), x, weights, ofChannels);
        for (Layout layout : LAYOUTS) {
          float[] actual = Runs.on(engine, convolution, spec(layout, src), x, weights, ofChannels);
          for (int i = 0; i < expected.length; i++) {
            boolean same =
                actual[i] == expected[i]
                    || Float.compare(actual[i], expected[i]) == 0
                    || Math.abs(actual[i] - expected[i])
                        <= Math.max(2e-5, 8e-6 * Math.abs(expected[i]));
            if (!same) {
              assertThat(actual[i])
                  .as("element %d of %s in %s, of %s", i, convolution, layout, x[i % x.length])
                  .isEqualTo(expected[i]);
            }
          }
        }
      }
    }
  }

  /** Where channels are summed, only the first is special. */
  private static float[] specials(Convolution convolution, Shape src, float[] specials) {
    float[] x = new float[Math.toIntExact(src.elementCount())];
    int count = convolution.groups() == 1 ? x.length / 16 : x.length;
    for (int i = 0; i < count; i++) {
      x[i] = specials[i % specials.length];
    }
    return x;
  }

  /** Passes the first source channel of each group on, so that nothing is added up. */
  private static float[] centerOfFirst(Convolution convolution) {
    float[] weights = Runs.constant(convolution.weightsShape(), 0);
    int kernel = (int) (convolution.kernel(0) * convolution.kernel(1));
    int perOutput = weights.length / (int) convolution.outChannels();
    for (int i = 0; i < weights.length; i += perOutput) {
      weights[i + kernel / 2] = 1;
    }
    return weights;
  }

  @Test
  void helpersUseOperandsOfTheCallersThread() {
    try (Engine wide = Engines.named(engineName(), EngineOptions.defaults().withThreads(3))) {
      agree(
          wide,
          List.of("add:per_tensor:run,relu,mul:per_oc:run,add:common:run,max:per_tensor,prelu"),
          "mb1_ic32oc48_ih29iw31kh3kw3ph1pw1",
          "mb2_ic96oc64_ih23iw14kh1kw1",
          "g64mb1_ic64oc64_ih41kh3ph1");
    }
  }

  @Test
  void manyCallersEachWithItsOwnResidual() throws Exception {
    Convolution convolution = PLAIN.withPostOps(RESIDUAL);
    try (Arena arena = Arena.ofShared();
        PreparedConvolution prepared =
            engine.prepare(convolution, plainSrc(), plainWeights(), plainBias());
        var threads = Executors.newFixedThreadPool(4)) {
      float[] plain = plainExpected();
      Tensor src = Tensor.ofFloats(prepared.src(), plainValues(), arena);
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int value = 100 * t - 150;
        running.add(
            threads.submit(
                () -> {
                  try (Arena own = Arena.ofConfined()) {
                    Tensor residual = Tensor.allocate(prepared.operands().getFirst(), own);
                    residual.fill(value);
                    Tensor dst = Tensor.allocate(prepared.dst(), own);
                    var call = prepared.call().src(src).dst(dst).operand(0, residual);
                    for (int i = 0; i < 50; i++) {
                      dst.fill(Float.NaN);
                      call.execute();
                      float[] actual = dst.toFloatArray();
                      for (int j = 0; j < plain.length; j++) {
                        assertThat(actual[j]).isEqualTo(Math.max(0, plain[j] + value));
                      }
                    }
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }

  private PreparedConvolution preparedInto(TensorSpec dst, Convolution convolution, Arena arena) {
    return engine.prepare(
        ConvolutionRequest.of(convolution, plainSrc())
            .withDst(dst)
            .withParameters(Parameters.of(PLAIN, plainWeights(), plainBias(), arena)));
  }

  @Test
  void theDstMayBeAViewAndTheResidualIsDense() {
    Convolution convolution = PLAIN.withPostOps(RESIDUAL);
    TensorSpec view = TensorSpec.f32(Layout.strided(7 * 7 * 40, 1, 7 * 40, 40), 1, 16, 7, 7);
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = preparedInto(view, convolution, arena)) {
      assertThat(prepared.operands()).containsExactly(TensorSpec.f32(Layout.NHWC, 1, 16, 7, 7));
      Tensor src = Tensor.ofFloats(prepared.src(), plainValues(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      float[] residual = Runs.integers(16 * 7 * 7, 5);
      prepared
          .call()
          .src(src)
          .dst(dst)
          .operand(0, Tensor.ofFloats(prepared.operands().getFirst(), residual, arena))
          .execute();

      float[] expected = plainExpected();
      for (int i = 0; i < expected.length; i++) {
        expected[i] = Math.max(0, expected[i] + residual[i]);
      }
      assertThat(dst.toFloatArray()).isEqualTo(expected);
    }
  }

  /** Sums that wait in dst wait in the view. */
  @Test
  void longPostOpsLeaveWhatLiesBetweenAlone() {
    Convolution convolution = PLAIN.withPostOps(PostOps.parse("relu,linear:2:1,abs"));
    TensorSpec view = TensorSpec.f32(Layout.strided(9 * 7 * 40, 1, 9 * 40, 40), 1, 16, 7, 7);
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = preparedInto(view, convolution, arena)) {
      Tensor src = Tensor.ofFloats(prepared.src(), plainValues(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      Tensor other = Tensor.allocate(prepared.dst(), arena);
      dst.segment().fill((byte) -1);
      other.segment().fill((byte) -1);

      prepared.execute(src, dst);

      float[] expected = plainExpected();
      for (int i = 0; i < expected.length; i++) {
        expected[i] = Math.abs(2 * Math.max(0, expected[i]) + 1);
      }
      assertThat(dst.toFloatArray()).isEqualTo(expected);
      other.copyFrom(expected);
      assertThat(dst.segment().mismatch(other.segment())).isEqualTo(-1);
    }
  }

  @Test
  void operandsOfTheRequestMayBeFreedAfterPrepare() {
    Convolution convolution = PLAIN.withPostOps(PostOps.parse("mul:per_oc,add:per_tensor"));
    PreparedConvolution prepared;
    float[] factors = Runs.integers(16, 6);
    float[] addends = Runs.integers(16 * 7 * 7, 7);
    try (Arena arena = Arena.ofConfined()) {
      Tensor large =
          Tensor.ofFloats(TensorSpec.f32(Layout.strided(1, 49, 7, 1), 1, 16, 7, 7), addends, arena);
      Parameters parameters =
          Parameters.of(PLAIN, plainWeights(), plainBias(), arena)
              .withOperands(List.of(Tensor.ofFloats(TensorSpec.bias(16), factors, arena), large));
      prepared =
          engine.prepare(ConvolutionRequest.of(convolution, plainSrc()).withParameters(parameters));
    }
    try (prepared) {
      float[] expected = plainExpected();
      for (int i = 0; i < expected.length; i++) {
        expected[i] = expected[i] * factors[i / 49] + addends[i];
      }
      assertThat(Runs.execute(prepared, plainValues())).isEqualTo(expected);
    }
  }

  @Test
  void wrongOperandsOfTheRequestAreRefused() {
    Convolution convolution = PLAIN.withPostOps(PostOps.parse("mul:per_oc"));
    var request = ConvolutionRequest.of(convolution, plainSrc());
    try (Arena arena = Arena.ofConfined()) {
      Parameters parameters = Parameters.of(PLAIN, plainWeights(), plainBias(), arena);
      var without = request.withParameters(parameters.weights(), parameters.bias());
      assertThatThrownBy(() -> engine.prepare(without))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("mul:per_oc take 1 tensors but 0 are given");
      assertThatThrownBy(() -> without.withOperands(List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("take 1 tensors of the request but got 0");
      Tensor small = Tensor.allocate(TensorSpec.bias(15), arena);
      assertThatThrownBy(() -> without.withOperands(List.of(small)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("operand 0 must have shape");
      Arena closed = Arena.ofShared();
      Tensor gone = Tensor.allocate(TensorSpec.bias(16), closed);
      closed.close();
      assertThatThrownBy(() -> engine.prepare(without.withOperands(List.of(gone))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void wrongOperandsOfARunAreRefusedBeforeAnythingIsWritten() throws Exception {
    Convolution convolution = PLAIN.withPostOps(RESIDUAL);
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(convolution, plainSrc(), plainWeights(), plainBias())) {
      Tensor src = Tensor.ofFloats(prepared.src(), plainValues(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      dst.fill(42);
      assertThatThrownBy(() -> prepared.execute(src, dst))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("bind")
          .hasMessageContaining("call()");
      var call = prepared.call().src(src).dst(dst);
      assertThatThrownBy(call::execute)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("operand 0")
          .hasMessageContaining("not bound");
      Tensor small = Tensor.allocate(TensorSpec.f32(Layout.NHWC, 1, 16, 7, 6), arena);
      assertThatThrownBy(() -> call.operand(0, small).execute())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("operand 0 was prepared as");
      assertThatThrownBy(() -> call.operand(0, dst).execute())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("overlap");
      assertThatThrownBy(() -> call.operand(1, dst)).isInstanceOf(IndexOutOfBoundsException.class);
      Arena closed = Arena.ofShared();
      Tensor gone = Tensor.allocate(prepared.operands().getFirst(), closed);
      closed.close();
      assertThatThrownBy(() -> call.operand(0, gone).execute())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      try (var other = Executors.newSingleThreadExecutor()) {
        Arena theirs = other.submit(Arena::ofConfined).get();
        Tensor foreign =
            other.submit(() -> Tensor.allocate(prepared.operands().getFirst(), theirs)).get();
        assertThatThrownBy(() -> call.operand(0, foreign).execute())
            .isInstanceOf(WrongThreadException.class);
        other.submit(theirs::close).get();
      }
      assertThat(dst.toFloatArray()).containsOnly(42);
    }
  }

  @Test
  void sequencesTakeThem() {
    Convolution first = Convolution.conv2d(8, 16).kernel(3).padding(1).build();
    ConvolutionSequence sequence =
        ConvolutionSequence.of(
            first.withPostOps(PostOps.parse("relu,add:per_oc")), Convolution.conv2d(16, 4).build());
    try (Arena arena = Arena.ofConfined()) {
      Tensor addends = Tensor.ofFloats(TensorSpec.bias(16), Runs.integers(16, 8), arena);
      List<Parameters> parameters =
          List.of(
              Parameters.of(first, plainWeights(), plainBias(), arena)
                  .withOperands(List.of(addends)),
              Parameters.of(
                  Convolution.conv2d(16, 4).build(), Runs.integers(64, 9), new float[4], arena));
      float[] actual;
      try (PreparedConvolution prepared = engine.prepare(sequence, plainSrc(), parameters)) {
        actual = Runs.execute(prepared, plainValues());
      }
      try (PreparedConvolution prepared = reference.prepare(sequence, plainSrc(), parameters)) {
        assertThat(actual).isEqualTo(Runs.execute(prepared, plainValues()));
      }
      assertThatThrownBy(() -> ConvolutionSequence.of(first.withPostOps(RESIDUAL)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("take 1 operands at each run");
    }
  }

  @Test
  void explanationsAndProblemsNameThem() {
    Convolution convolution = PLAIN.withPostOps(PostOps.parse("relu,clip:0:6"));
    try (PreparedConvolution prepared =
        engine.prepare(convolution, plainSrc(), plainWeights(), plainBias())) {
      assertThat(prepared.explain().problem()).contains("post/relu,clip:0:6/");
      assertThat(prepared.explain().stages())
          .anyMatch(stage -> stage.operation().contains("post-ops relu,clip:0:6"));
    }
  }
}
