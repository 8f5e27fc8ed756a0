package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.conv4j.Convolution;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What once went wrong. */
class RegressionTest {
  /** oneDNN's brg_deconv does not look at the distance between the images of src. */
  @Test
  void transposedConvolutionsReadImagesThatLieApart() {
    Convolution convolution = Convolution.transposed1d(16, 16).kernel(3).stride(2).build();
    TensorSpec apart = TensorSpec.of(DataType.F32, Layout.strided(96, 1, 16), Shape.of(2, 16, 5));

    assertAgrees(convolution, apart, ramp(convolution.weightsShape().elementCount(), 7));
  }

  /** oneDNN pads inside transposed convolutions, also where the description has no padding. */
  @Test
  void infiniteWeightsOfTransposedConvolutionsMeetNoPadding() {
    Convolution convolution = Convolution.transposed1d(7, 10).kernel(4).stride(3).build();
    float[] weights = ramp(convolution.weightsShape().elementCount(), 5);
    weights[3] = Float.POSITIVE_INFINITY;
    weights[40] = Float.NaN;

    assertAgrees(convolution, TensorSpec.f32(Layout.NWC, 2, 7, 2), weights);
  }

  /** oneDNN's loops for transposed convolutions write beyond their scratchpad for such a dst. */
  @ParameterizedTest
  @ValueSource(strings = {"NCW", "NWC"})
  void pixelsOfTransposedDstMayLieApart(String layout) {
    Convolution convolution = Convolution.transposed1d(1, 1).kernel(8).stride(5).build();
    TensorSpec src = TensorSpec.f32(layout.equals("NCW") ? Layout.NCW : Layout.NWC, 1, 1, 2);
    TensorSpec apart = TensorSpec.of(DataType.F32, Layout.strided(312, 1, 24), Shape.of(1, 1, 13));
    ConvolutionRequest request = ConvolutionRequest.of(convolution, src).withDst(apart);
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named("onednn")) {
      request =
          request.withParameters(
              Tensor.ofFloats(request.weightsSpec(), ramp(8, 5), arena),
              Tensor.ofFloats(request.biasSpec().orElseThrow(), new float[] {3}, arena));
      try (PreparedConvolution prepared = engine.prepare(request)) {
        assertThat(prepared.explain().toString())
            .doesNotContainPattern("conv:any.*\\R +src .*\\R +dst +f32 strided");
        Tensor in = Tensor.ofFloats(prepared.src(), ramp(2, 3), arena);
        Tensor out = Tensor.allocate(prepared.dst(), arena);
        prepared.execute(in, out);
        assertThat(out.toFloatArray())
            .isEqualTo(run("reference", convolution, src, ramp(8, 5), new float[] {3}));
      }
    }
  }

  /** A negative zero in the bias is a positive one in the sum, also where nothing else is added. */
  @Test
  void biasOfNegativeZeroIsPositiveWhereOutputsSeeOnlyPadding() {
    Convolution convolution = Convolution.conv2d(4, 4).kernel(3).padding(4).build();
    float[] bias = {-0f, -0f, 1, 2};
    float[] weights = ramp(convolution.weightsShape().elementCount(), 5);
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 4, 3, 3);

    float[] expected = run("reference", convolution, src, weights, bias);
    float[] actual = run("onednn", convolution, src, weights, bias);

    assertThat(bits(actual)).isEqualTo(bits(expected));
  }

  /** oneDNN writes code without end for some long rows of few bytes or short floats on AVX-512. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "g8mb1_ic8oc8_iw64kw15pw7_dt/u8:s8:u8/",
        "g16mb1_ic16oc16_iw70kw14pw7_dt/bf16:bf16:bf16/",
        "g8mb2_ic8oc8_ih20oh20kh15ph7_iw40ow40kw15pw7_dt/f16:f16:f16/"
      })
  void longRowsOfFewNarrowChannelsArePrepared(String problem) {
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          try (Engine engine = Engines.named("onednn");
              var validator = new EngineValidator(engine)) {
            assertThat(validator.exact(Problem.parse(problem), LayoutChoice.ANY, 1))
                .matches(Verdict::passed);
          }
        });
  }

  /** oneDNN looks at each pair of steps of a transposed convolution's stride along a row. */
  @Test
  void hugeTransposedStridesArePrepared() {
    Convolution convolution = Convolution.transposed1d(16, 8).kernel(2).stride(65_536).build();

    assertTimeoutPreemptively(
        Duration.ofMinutes(1),
        () ->
            assertAgrees(
                convolution,
                TensorSpec.f32(Layout.NWC, 1, 16, 3),
                ramp(convolution.weightsShape().elementCount(), 5)));
  }

  /** The engine that is closed in mid-prepare shares compiled code with one that stays open. */
  @Test
  void closingAnEngineWhileItPreparesLeavesOthersAlone() throws InterruptedException {
    Convolution convolution = Convolution.conv2d(16, 16).kernel(3).padding(1).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 16, 9, 9);
    float[] weights = ramp(convolution.weightsShape().elementCount(), 5);
    float[] bias = new float[16];
    float[] expected = run("reference", convolution, src, weights, bias);
    try (Arena arena = Arena.ofShared();
        Engine staying = Engines.named("onednn");
        PreparedConvolution prepared = staying.prepare(convolution, src, weights, bias)) {
      Tensor in = Tensor.ofFloats(prepared.src(), ramp(src.shape().elementCount(), 3), arena);
      Tensor out = Tensor.allocate(prepared.dst(), arena);
      Queue<String> ends = new ConcurrentLinkedQueue<>();
      for (int i = 0; i < 100; i++) {
        Engine closing = Engines.named("onednn");
        Thread preparing =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        while (true) {
                          closing.prepare(convolution, src, weights, bias);
                        }
                      } catch (IllegalStateException e) {
                        ends.add(e.getMessage());
                      }
                    });
        Thread.sleep(1);
        closing.close();
        preparing.join();
        prepared.execute(in, out);
        assertThat(out.toFloatArray()).isEqualTo(expected);
      }
      assertThat(ends).hasSize(100).allMatch(message -> message.contains("is closed"));
    }
  }

  /** oneDNN wants room for the gap behind the last of five elements that lie three apart. */
  @Test
  void dimensionsMayEndWhereTheNextBegins() {
    Convolution convolution = Convolution.conv2d(3, 5).kernel(2).padding(1).build();
    TensorSpec close =
        TensorSpec.of(DataType.F32, Layout.strided(160, 52, 3, 13), Shape.of(2, 3, 5, 4));

    assertAgrees(convolution, close, ramp(convolution.weightsShape().elementCount(), 7));
  }

  /** oneDNN's code generator keeps an error for as long as the thread lives. */
  @Test
  void aThreadOnWhichOnednnOnceFailedPreparesStill() {
    Convolution convolution = Convolution.conv2d(16, 19).kernel(2).padding(1).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 16, 9, 7);
    float[] weights = ramp(convolution.weightsShape().elementCount(), 5);
    float[] bias = ramp(convolution.outChannels(), 3);
    Thread failing = Thread.currentThread();
    DnnlLibrary before =
        Dnnl.replace(
            FailingLibrary.of(
                NativeLibrary.load().functions(),
                function ->
                    function.getName().equals("primitiveCreate")
                        && Thread.currentThread() == failing));
    float[] actual;
    try {
      failing.interrupt();
      actual = run("onednn", convolution, src, weights, bias);
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      Dnnl.replace(before);
    }

    assertThat(actual).isEqualTo(run("reference", convolution, src, weights, bias));
  }

  /** Where no thread can generate code, the first failure is told. */
  @Test
  void aFailureOnEveryThreadIsToldOnce() {
    Convolution convolution = Convolution.conv2d(16, 23).kernel(2).padding(1).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 16, 9, 7);
    float[] weights = ramp(convolution.weightsShape().elementCount(), 5);
    var attempts = new CopyOnWriteArraySet<String>();
    Thread failing = Thread.currentThread();
    DnnlLibrary before =
        Dnnl.replace(
            FailingLibrary.of(
                NativeLibrary.load().functions(),
                function -> {
                  String thread = Thread.currentThread().getName();
                  boolean fails =
                      function.getName().equals("primitiveCreate")
                          && (Thread.currentThread() == failing
                              || thread.equals("conv4j-second-attempt"));
                  if (fails) {
                    attempts.add(thread);
                  }
                  return fails;
                }));
    try {
      assertThatThrownBy(() -> run("onednn", convolution, src, weights, new float[23]))
          .isInstanceOf(EngineFailureException.class)
          .hasMessageContainingAll("dnnl_primitive_create", "out_of_memory", "ic16oc23");
    } finally {
      Dnnl.replace(before);
    }
    assertThat(attempts).hasSize(2);
  }

  /** What is being closed is still measured. */
  @Test
  void memoryIsReadWhileConvolutionsAreClosed() throws Exception {
    Convolution convolution = Convolution.conv2d(16, 32).kernel(3).padding(1).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 4, 16, 40, 40);
    float[] weights = ramp(convolution.weightsShape().elementCount(), 5);
    var isOver = new AtomicBoolean();
    try (Engine engine = Engines.named("onednn", EngineOptions.defaults().withThreads(4));
        var threads = Executors.newSingleThreadExecutor()) {
      Future<?> reading =
          threads.submit(
              () -> {
                while (!isOver.get()) {
                  assertThat(engine.memory().weightsBytes()).isNotNegative();
                }
              });
      try {
        for (int i = 0; i < 300; i++) {
          engine.prepare(convolution, src, weights, new float[32]).close();
        }
      } finally {
        isOver.set(true);
      }
      reading.get();
      assertThat(engine.memory().weightsBytes()).isZero();
    }
  }

  private static void assertAgrees(Convolution convolution, TensorSpec src, float[] weights) {
    float[] bias = ramp(convolution.outChannels(), 3);
    assertThat(run("onednn", convolution, src, weights, bias))
        .isEqualTo(run("reference", convolution, src, weights, bias));
  }

  private static float[] run(
      String name, Convolution convolution, TensorSpec src, float[] weights, float[] bias) {
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named(name);
        PreparedConvolution prepared = engine.prepare(convolution, src, weights, bias)) {
      Tensor in = Tensor.ofFloats(prepared.src(), ramp(src.shape().elementCount(), 3), arena);
      Tensor out = Tensor.allocate(prepared.dst(), arena);
      prepared.execute(in, out);
      return out.toFloatArray();
    }
  }

  private static float[] ramp(long count, int period) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % period - 1;
    }
    return values;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
