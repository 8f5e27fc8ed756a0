package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums of bytes by oneDNN's own kernels: exact, or not by these. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all tests
class BytesTest {
  private static final String NATIVE = "bytes are summed as bytes";
  private static final String WITHOUT_VNNI = "16 bits";

  private Engine engine;
  private Engine threads;
  private Engine reference;

  @BeforeAll
  void open() {
    engine = Engines.named("onednn", EngineOptions.defaults().withThreads(1));
    threads = Engines.named("onednn", EngineOptions.defaults().withThreads(3));
    reference = Engines.named("reference");
  }

  @AfterAll
  void close() {
    engine.close();
    threads.close();
    reference.close();
  }

  /** All that pads, strides, groups, and has channels that fill no block. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic1oc1_ih5kh3ph1",
        "mb2_ic3oc5_ih7iw9kh3kw2ph2pw1",
        "mb1_ic4oc8_ih9kh3sh2ph1",
        "mb1_ic7oc9_ih8kh3dh1ph2",
        "mb1_ic16oc24_ih6kh1",
        "mb3_ic13oc17_ih4kh1sh2",
        "g2mb1_ic16oc16_ih6kh3ph1",
        "g4mb1_ic16oc16_ih6kh3ph1",
        "g3mb1_ic9oc6_ih6kh3ph1",
        "g12mb1_ic12oc12_ih6kh3ph1",
        "g8mb1_ic8oc16_ih6kh3ph1",
        "mb1_ic8oc8_iw9kw3pw1",
        "mb1_ic4oc8_id4ih5iw6kd3kh3kw3pd1ph1pw1",
        "g8mb1_ic8oc8_id4ih5iw6kd3kh3kw3pd1ph1pw1",
        "mb1_ic8oc8_ih5oh6kh3ph1",
        "mb1_ic8oc8_ih3oh7kh3ph3",
        "mb1_ic64oc64_ih12kh3ph1",
        "mb1_ic1oc1_ih32oh16kh2sh2dh0ph0_iw64ow64kw4sw1dw0pw1"
      })
  void extremesAreExact(String line) {
    int next = line.hashCode() & 0xff;
    for (int zeroPoint : new int[] {0, 3, 127}) {
      for (IntUnaryOperator weights : PATTERNS) {
        Problem problem = problem(line, TYPES.get(next++ % TYPES.size()), zeroPoint);
        agree(new Case(problem, weights), Layout.channelsLast(problem.src().rank()));
      }
    }
  }

  private static final List<ConvolutionTypes> TYPES =
      Stream.of("u8:s8:u8", "s8:s8:s8", "u8:s8:s32", "s8:s8:f32", "u8:s8:bf16")
          .map(ConvolutionTypes::parse)
          .toList();

  /** By index, so that neighbouring channels of a tap meet each other in all ways. */
  private static final List<IntUnaryOperator> PATTERNS =
      List.of(
          i -> 64,
          i -> -64,
          i -> i * 31 % 65 - 32,
          i -> 127,
          i -> -128,
          i -> i % 3 == 0 ? 127 : i % 3 == 1 ? 1 : -128,
          i -> new SplittableRandom(i).nextInt(-128, 128));

  @ParameterizedTest
  @CsvSource({
    "64, 64, true",
    "127, 1, true",
    "127, -128, true",
    "-128, 127, true",
    "-64, -64, true",
    "-128, 0, true",
    "65, 64, false",
    "127, 127, false",
    "-65, -64, false",
    "-128, -1, false"
  })
  void pairsThatSaturateAreKeptFromKernelsThatAddThem(int even, int odd, boolean fits) {
    int taps = 9;
    Problem problem = problem("mb1_ic8oc8_ih6kh3ph1", ConvolutionTypes.parse("u8:s8:s32"), 0);
    IntUnaryOperator weights = i -> i / taps % 2 == 0 ? even : odd;
    Case each = new Case(problem, weights);

    assertThat(BytePairs.saturating(problem.convolution(), each.weights()) == null).isEqualTo(fits);
    Outputs outputs = agree(each, Layout.NHWC);
    String sentences = String.join("; ", outputs.sentences);
    assertThat(sentences.contains(NATIVE)).isEqualTo(fits || !sentences.contains(WITHOUT_VNNI));
  }

  /** Sums beyond 2^24, which kernels round on their way to memory. */
  @Test
  void sumsBeyondFloatsAreExact() {
    Problem problem = problem("mb1_ic2048oc8_ih3kh3ph1", ConvolutionTypes.parse("u8:s8:s32"), 0);

    Outputs outputs = agree(new Case(problem, i -> 60), Layout.NHWC);

    assertThat(outputs.sentences).noneMatch(sentence -> sentence.startsWith(NATIVE));
  }

  @Test
  void windowsSideBySideAreSummedLikeOthers() {
    ConvolutionTypes types = ConvolutionTypes.parse("u8:s8:s32");
    boolean[] asBytes = new boolean[2];
    for (int stride = 1; stride <= 2; stride++) {
      Problem problem = problem("mb1_ic32oc16_ih8kh2sh" + stride, types, 0);
      asBytes[stride - 1] =
          agree(new Case(problem, i -> i % 7), Layout.NHWC).sentences.stream()
              .anyMatch(sentence -> sentence.startsWith(NATIVE));
    }
    assertThat(asBytes[1]).isEqualTo(asBytes[0]);
  }

  /** Outputs meet unlike taps, so that what a zero point adds to them differs. */
  @Test
  void transposedOnesAreSummedAsBytesWithoutAZeroPointOnly() {
    for (String shape :
        List.of(
            "mb1_ic24oc16_ih9oh18kh2sh2_transposed",
            "mb2_ic16oc8_ih5oh11kh3sh2_iw7ow13kw3sw2pw1_transposed",
            "g2mb1_ic32oc8_ih5oh10kh4sh2ph1_transposed",
            "g16mb1_ic16oc16_ih5oh10kh4sh2ph1_transposed")) {
      for (String types : List.of("u8:s8:u8", "u8:s8:s32", "u8:s8:f32", "s8:s8:s8")) {
        for (int zeroPoint : types.startsWith("s8") ? new int[] {0, 7, -128} : new int[] {0, 7}) {
          Problem problem = problem(shape, ConvolutionTypes.parse(types), zeroPoint);
          for (IntUnaryOperator pattern : PATTERNS) {
            Outputs outputs = agree(new Case(problem, pattern), Layout.NHWC);
            boolean isZeroOfBytes = zeroPoint == (types.startsWith("s8") ? -128 : 0);
            if (!isZeroOfBytes || shape.startsWith("g16")) {
              assertThat(outputs.sentences).noneMatch(sentence -> sentence.startsWith(NATIVE));
            } else if (Dnnl.hasVnni512()) {
              assertThat(outputs.sentences).anyMatch(sentence -> sentence.startsWith(NATIVE));
            }
          }
        }
      }
    }
  }

  /** Bytes save nothing where outputs are sums of few products, nor do passes pay there. */
  @ParameterizedTest
  @CsvSource({"mb1_ic8oc16_ih6kh1, true", "mb1_ic32oc8_ih6kh3ph1, false"})
  void saysWhereFloatsAreFaster(String line, boolean floatsAreFaster) {
    Problem problem = problem(line, ConvolutionTypes.parse("u8:s8:u8"), 0);

    List<String> sentences = agree(new Case(problem, i -> i % 7), Layout.NHWC).sentences;

    assertThat(sentences.stream().anyMatch(sentence -> sentence.startsWith(NATIVE)))
        .isEqualTo(sentences.stream().noneMatch(sentence -> sentence.contains("computed in f32")));
    assertThat(sentences.stream().anyMatch(sentence -> sentence.contains("f32 tensors are faster")))
        .isEqualTo(floatsAreFaster);
  }

  @ParameterizedTest
  @ValueSource(strings = {"u8:s8:u8", "s8:s8:s8"})
  void threadsShareCopiesSumsAndOutputs(String types) {
    for (String line : List.of("mb1_ic8oc32_ih90kh3ph1", "mb2_ic8oc100_ih70kh1")) {
      Problem problem = problem(line, ConvolutionTypes.parse(types), 5);
      for (Layout layout : List.of(Layout.NHWC, Layout.NCHW)) {
        agree(threads, new Case(problem, PATTERNS.get(2)), layout);
      }
    }
  }

  /** A few bytes for each channel, so that blocks end within pixels. */
  @Test
  void everyWidthIsExact() {
    for (int channels = 1; channels < 40; channels += 3) {
      Problem problem =
          problem(
              "mb1_ic%doc%d_ih3iw5kh1kw1".formatted(channels, channels + 1),
              ConvolutionTypes.parse("u8:s8:u8"),
              0);
      for (Layout layout : List.of(Layout.NHWC, Layout.NCHW)) {
        agree(new Case(problem, PATTERNS.get(2)), layout);
      }
    }
  }

  /** What kernels do is a matter of the instructions that they are generated for. */
  @ParameterizedTest
  @CsvSource({
    "jit_uni_int8:avx2, 0x7, true",
    "jit_uni_int8:avx2, 0xf, false",
    "jit_uni_int8:avx2, 0x27, true",
    "jit_uni_int8:avx2, 0x67, true",
    "jit_int8:avx512_core, 0x27, true",
    "brg_conv_fwd:avx512_core_vnni, 0x67, false",
    "brg_conv_fwd:avx512_core_amx, 0xfef, false",
    "brg_conv_fwd:avx2_vnni, 0xf, false"
  })
  void pairsAreAddedWithoutVnni(String implementation, String isa, boolean expected) {
    CpuOfTests.withInstructions(
        Integer.decode(isa),
        () -> assertThat(new Implementation(implementation).addsPairs()).isEqualTo(expected));
  }

  /** Kernels that are said to sum in 32 bits are tried first: here, on what may be no such CPU. */
  @Test
  void aKernelThatSaturatesAllTheSameIsNotUsed() {
    Problem problem = problem("mb1_ic16oc16_ih6kh3ph1", ConvolutionTypes.parse("u8:s8:s32"), 0);
    Case largest = new Case(problem, i -> 127);
    boolean saturates =
        agree(largest, Layout.NHWC).sentences.stream().anyMatch(s -> s.contains(WITHOUT_VNNI));

    CpuOfTests.withInstructions(
        0x6f,
        () -> {
          Outputs outputs = agree(largest, Layout.NHWC);
          boolean bytes = outputs.sentences.stream().anyMatch(s -> s.startsWith(NATIVE));
          assertThat(bytes && saturates).isFalse();
        });
  }

  private static Problem problem(String shape, ConvolutionTypes types, int zeroPoint) {
    boolean bytes = types.dst() == DataType.U8 || types.dst() == DataType.S8;
    boolean sums = types.dst() == DataType.S32;
    String scales = sums ? "" : "_scales/src:0.5+wei:0.25%s/".formatted(bytes ? "+dst:301" : "");
    String zeroPoints =
        zeroPoint == 0 ? "" : "_zp/src:%d%s/".formatted(zeroPoint, bytes ? "+dst:-5" : "");
    String fitting = types.dst() == DataType.U8 ? zeroPoints.replace("-5", "5") : zeroPoints;
    return Problem.parse(shape + "_dt/" + types + "/" + scales + fitting);
  }

  /** A problem with weights by index, and sources of the largest and the least bytes. */
  private record Case(Problem problem, IntUnaryOperator pattern) {
    int[] weights() {
      int count = (int) problem.convolution().weightsShape().elementCount();
      return IntStream.range(0, count).map(pattern).toArray();
    }

    int[] src() {
      DataType type = problem.types().src();
      var random = new SplittableRandom(1);
      return IntStream.range(0, (int) problem.src().elementCount())
          .map(_ -> random.nextInt(4) == 0 ? type.least() : type.most())
          .toArray();
    }
  }

  private record Outputs(List<String> sentences, float[] values) {}

  private Outputs agree(Case each, Layout layout) {
    return agree(engine, each, layout);
  }

  private Outputs agree(Engine runner, Case each, Layout layout) {
    Outputs actual = run(runner, each, layout);
    assertThat(actual.values)
        .as(each.problem.line() + actual.sentences)
        .isEqualTo(run(reference, each, layout).values);
    return actual;
  }

  private static Outputs run(Engine runner, Case each, Layout layout) {
    Convolution convolution = each.problem.convolution();
    ConvolutionTypes types = each.problem.types();
    try (Arena arena = Arena.ofShared()) {
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, TensorSpec.of(types.src(), layout, each.problem.src()))
              .withDst(TensorSpec.of(types.dst(), layout, each.problem.dst()))
              .withParameters(
                  Tensor.ofInts(
                      TensorSpec.weights(convolution.weightsShape()).withDataType(DataType.S8),
                      each.weights(),
                      arena),
                  Tensor.ofInts(
                      TensorSpec.bias(convolution.outChannels()).withDataType(DataType.S32),
                      IntStream.range(0, (int) convolution.outChannels())
                          .map(i -> 1000 * i - 3000)
                          .toArray(),
                      arena));
      try (PreparedConvolution prepared = runner.prepare(request)) {
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        prepared.execute(Tensor.ofInts(prepared.src(), each.src(), arena), dst);
        return new Outputs(
            prepared.explain().warnings(),
            types.dst().isInteger() ? floats(dst.toIntArray()) : dst.toFloatArray());
      }
    }
  }

  private static float[] floats(int[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values[i];
    }
    return floats;
  }
}
