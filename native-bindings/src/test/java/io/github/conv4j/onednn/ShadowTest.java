package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.engine.ShadowMismatch;
import io.github.conv4j.engine.Tuning;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Kernels of oneDNN with a planted error are found, and avoided by the next prepare. */
@Isolated("it replaces the library of the process")
class ShadowTest {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final PlantedLibrary planted = new PlantedLibrary(NativeLibrary.load().functions());
  private final BlockingQueue<ShadowMismatch> told = new LinkedBlockingQueue<>();

  private final EngineOptions options =
      EngineOptions.defaults()
          .withThreads(1)
          .with(Tuning.defaults().withoutChoices().withBudget(Duration.ofMillis(20)))
          .with(Shadow.defaults().withInterval(1).withShare(1).withListener(told::add));

  @SuppressWarnings("NullAway.Init") // by JUnit
  private DnnlLibrary before;

  @BeforeEach
  void replace() {
    before = Dnnl.replace(planted.library());
  }

  @AfterEach
  void restore() {
    Dnnl.replace(before);
  }

  @Test
  void aWrongKernelIsFoundAndAvoided() {
    Convolution convolution = Convolution.conv2d(9, 17).kernel(3).padding(1).build();
    assertThat(findsAndAvoids("onednn", convolution, TensorSpec.f32(Layout.NHWC, 1, 9, 11, 12)))
        .isTrue();
  }

  /** The whole is padded by a copy, then convolved. */
  @Test
  void aWrongKernelOfACompositionIsFoundAndAvoided() {
    Convolution convolution =
        Convolution.conv2d(9, 17)
            .kernel(3)
            .padding(Padding.symmetric(1).mode(PaddingMode.REFLECT))
            .build();
    assertThat(findsAndAvoids("onednn", convolution, TensorSpec.f32(Layout.NHWC, 1, 9, 10, 12)))
        .isTrue();
  }

  @Test
  void whatEngineAutoHasChosenIsFoundAndAvoided() {
    // The Java engine may win some of these races: then there is nothing to plant.
    boolean found = false;
    for (int channels = 96; !found && channels > 32; channels -= 4) {
      int groups = channels % 8 == 0 ? channels : 1;
      Convolution convolution =
          Convolution.conv2d(channels, channels).kernel(3).padding(1).groups(groups).build();
      found = findsAndAvoids("auto", convolution, TensorSpec.f32(Layout.NHWC, 1, channels, 20, 20));
    }
    assertThat(found).as("oneDNN won a race").isTrue();
  }

  /** When all are wrong, one after the other, the naive loops are left. */
  @Test
  void whereEachKernelIsWrongTheNaiveLoopsRun() throws Exception {
    Convolution convolution = Convolution.conv2d(9, 17).kernel(3).padding(1).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 9, 13, 14);
    List<String> wrong = new ArrayList<>();
    try (Engine engine = Engines.named("onednn", options);
        Arena arena = Arena.ofConfined()) {
      String kernel = "";
      while (wrong.size() < 10) {
        try (PreparedConvolution prepared = prepare(engine, convolution, src, arena)) {
          assertThat(prepared.explain().warnings().stream().filter(w -> w.startsWith("avoided: ")))
              .hasSameSizeAs(wrong);
          kernel = kernel(prepared);
          if (kernel.startsWith("java:")) {
            break;
          }
          assertThat(wrong).doesNotContain(kernel);
          wrong.add(kernel);
          planted.plant(kernel);
          callUntilTold(prepared, arena);
          told.take();
        }
      }
      assertThat(wrong).isNotEmpty();
      assertThat(kernel).startsWith("java:");
    }
  }

  private boolean findsAndAvoids(String name, Convolution convolution, TensorSpec src) {
    try (Engine engine = Engines.named(name, options);
        Arena arena = Arena.ofConfined()) {
      String kernel;
      ShadowMismatch mismatch;
      try (PreparedConvolution prepared = prepare(engine, convolution, src, arena)) {
        kernel = kernel(prepared);
        if (name.equals("auto") && !isOfOnednn(prepared)) {
          return false;
        }
        planted.plant(kernel);
        callUntilTold(prepared, arena);
        mismatch = told.remove();
      }
      assertThat(mismatch.engine()).isEqualTo(name);
      assertThat(mismatch.implementation()).contains(kernel);
      assertThat(mismatch.otherEngine()).isEqualTo("vector");
      assertThat(mismatch.isOtherAtFault()).isFalse();
      assertThat(mismatch.repro()).startsWith("./conv4j verify --engine " + name);

      try (PreparedConvolution next = prepare(engine, convolution, src, arena)) {
        assertThat(kernel(next)).isNotEqualTo(kernel);
        assertThat(next.explain().warnings())
            .anyMatch(line -> line.startsWith("avoided: ") && line.contains(kernel + " gave "));
        assertThat(results(next, arena)).isEqualTo(expected(convolution, src, arena));
      }
    }
    return true;
  }

  private static boolean isOfOnednn(PreparedConvolution prepared) {
    return prepared.explain().candidates().stream()
        .anyMatch(each -> each.chosen() && each.engine().equals("onednn"));
  }

  private static String kernel(PreparedConvolution prepared) {
    return prepared.explain().stages().stream()
        .filter(stage -> stage.operation().startsWith("convolution"))
        .map(Explanation.Stage::implementation)
        .findFirst()
        .orElseThrow();
  }

  private static PreparedConvolution prepare(
      Engine engine, Convolution convolution, TensorSpec src, Arena arena) {
    Tensor weights =
        Tensor.ofFloats(
            TensorSpec.weights(convolution.weightsShape()),
            integers(convolution.weightsShape().elementCount(), 1),
            arena);
    Tensor bias =
        Tensor.ofFloats(
            TensorSpec.bias(convolution.outChannels()),
            integers(convolution.outChannels(), 2),
            arena);
    return engine.prepare(convolution, src, weights, bias);
  }

  private void callUntilTold(PreparedConvolution prepared, Arena arena) {
    Tensor src = source(prepared, arena);
    Tensor dst = Tensor.allocate(prepared.dst(), arena);
    long end = System.nanoTime() + LONGEST_NANOS;
    while (told.isEmpty()) {
      prepared.execute(src, dst);
      assertThat(System.nanoTime()).as("nobody was told").isLessThan(end);
    }
  }

  private static float[] results(PreparedConvolution prepared, Arena arena) {
    Tensor dst = Tensor.allocate(prepared.dst(), arena);
    prepared.execute(source(prepared, arena), dst);
    return dst.toFloatArray();
  }

  private static float[] expected(Convolution convolution, TensorSpec src, Arena arena) {
    try (Engine reference = Engines.named("reference");
        PreparedConvolution prepared = prepare(reference, convolution, src, arena)) {
      return results(prepared, arena);
    }
  }

  private static Tensor source(PreparedConvolution prepared, Arena arena) {
    long count = prepared.src().shape().elementCount();
    return Tensor.ofFloats(prepared.src(), integers(count, 3), arena);
  }

  private static float[] integers(long count, long seed) {
    var random = new Random(seed);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-9, 10);
    }
    return values;
  }
}
