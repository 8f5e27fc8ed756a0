package io.github.conv4j.internal.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.contract.LogCapture;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.engine.ShadowMismatch;
import io.github.conv4j.internal.shadow.PlantedEngine.Way;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that another engine computes again. */
class ShadowingTest {
  private static final Convolution CONVOLUTION =
      Convolution.conv2d(5, 3).kernel(3).padding(1).build();
  private static final TensorSpec SRC = TensorSpec.f32(Layout.NHWC, 1, 5, 9, 7);
  private static final String PROBLEM = Problem.of(CONVOLUTION, SRC.shape()).line();

  /** The fourth output of the fourth pixel: channel 0 at [0, 3]. */
  private static final int WRONG = 3 * 3;

  private static final Way WRONG_WAY = new Way("wrong", ShadowingTest::addOne);
  private static final Way RIGHT_WAY = new Way("right", dst -> {});

  private static final long LONGEST_MILLIS = 30_000;

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  private Path folder;

  private final BlockingQueue<ShadowMismatch> told = new LinkedBlockingQueue<>();

  private Shadow eachCall() {
    return Shadow.defaults().withInterval(1).withShare(1).withListener(told::add);
  }

  private static void addOne(MemorySegment dst) {
    float value = dst.getAtIndex(ValueLayout.JAVA_FLOAT, WRONG);
    dst.setAtIndex(ValueLayout.JAVA_FLOAT, WRONG, value + 1);
  }

  @Test
  void aPlantedErrorIsFoundToldAndAvoided() throws Exception {
    try (LogCapture log = LogCapture.open();
        var engine = new PlantedEngine(eachCall(), WRONG_WAY, RIGHT_WAY)) {
      ShadowMismatch mismatch;
      try (PreparedConvolution prepared = prepare(engine)) {
        callUntil(prepared, () -> !told.isEmpty());
        mismatch = told.take();
      }

      assertThat(mismatch.engine()).isEqualTo(PlantedEngine.NAME);
      assertThat(mismatch.implementation()).isEqualTo("wrong");
      assertThat(mismatch.problem()).isEqualTo(PROBLEM);
      assertThat(mismatch.otherEngine()).isEqualTo("vector");
      assertThat(mismatch.isOtherAtFault()).isFalse();
      assertThat(mismatch.differenceCount()).isOne();
      assertThat(mismatch.position()).isEqualTo("[0, 0, 0, 3]");
      assertThat(mismatch.value() - mismatch.expected()).isCloseTo(1, within());
      assertThat(mismatch.permitted()).isPositive().isLessThan(1e-3);
      assertThat(mismatch.repro())
          .isEqualTo("./conv4j verify --engine planted --layout nhwc --problem " + PROBLEM);
      assertThat(log.lines(Level.WARNING)).contains(mismatch.toString());
      assertThat(engine.counts().mismatches()).isPositive();

      try (PreparedConvolution next = prepare(engine)) {
        assertThat(next.explain().stages().getFirst().implementation()).isEqualTo("right");
        assertThat(next.explain().warnings())
            .anyMatch(line -> line.startsWith("avoided: wrong gave "));
        assertThat(results(next)).isEqualTo(expected());
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.api.Assertions.within(1e-4);
  }

  @Test
  void whereEveryWayIsWrongTheNaiveLoopsRun() throws Exception {
    var worse = new Way("worse", ShadowingTest::addOne);
    try (var engine = new PlantedEngine(eachCall(), WRONG_WAY, worse)) {
      for (String way : List.of("wrong", "worse")) {
        try (PreparedConvolution prepared = prepare(engine)) {
          callUntil(prepared, () -> !told.isEmpty());
        }
        assertThat(told.take().implementation()).isEqualTo(way);
      }

      try (PreparedConvolution prepared = prepare(engine)) {
        assertThat(prepared.explain().warnings())
            .anyMatch(line -> line.contains("nothing else computes it rightly"))
            .anyMatch(line -> line.startsWith("avoided: wrong gave "))
            .anyMatch(line -> line.startsWith("avoided: worse gave "));
        assertThat(results(prepared)).isEqualTo(expected());
      }
    }
  }

  @Test
  void whenTheOtherEngineIsWrongNothingIsAvoided() throws Exception {
    // It is asked for sums of magnitudes too; both come out too large.
    try (var engine =
        new PlantedEngine(
            eachCall(),
            "1",
            name -> name.equals("vector") ? new OtherEngine(() -> {}, 1) : Engines.named(name),
            RIGHT_WAY)) {
      try (PreparedConvolution prepared = prepare(engine)) {
        callUntil(prepared, () -> !told.isEmpty());
      }
      assertThat(told.take().isOtherAtFault()).isTrue();
      try (PreparedConvolution next = prepare(engine)) {
        assertThat(next.explain().warnings()).noneMatch(line -> line.startsWith("avoided"));
      }
    }
  }

  @Test
  void honestCallsOfAllTypesAgree() throws Exception {
    List<String> lines =
        List.of(
            "mb2_ic16oc24_ih13kh3ph1",
            "g16mb1_ic16oc16_ih12kh3sh2ph1_post/relu/",
            "mb1_ic8oc8_ih9kh1ph0_post/add:per_tensor:run,tanh,mul:per_oc/",
            "mb1_ic8oc8_ih9kh3ph1_transposed_post/clip:-1:1/",
            "mb1_ic8oc8_ih9kh3ph1_dt/bf16:bf16:bf16/",
            "mb1_ic8oc8_ih9kh3ph1_dt/u8:s8:u8/_scales/src:0.5+wei:0.25+dst:2/_zp/src:128/",
            "mb1_ic8oc8_ih9kh1_dt/u8:s8:u8/_scales/src:0.5+wei:0.3+dst:2/_zp/dst:9/"
                + "_requant/fused/_post/hardswish/",
            "mb1_ic8oc8_ih9kh1_dt/u8:s8:f32:f32/_scales/src:0.5+wei:0.3/_requant/fused/",
            "mb1_ic8oc8_ih9kh3ph1_reflect");
    Shadow shadow = eachCall().withEngine("vector");
    try (var engine = new PlantedEngine(shadow, RIGHT_WAY);
        Arena arena = Arena.ofConfined()) {
      for (String line : lines) {
        Problem problem = Problem.parse(line);
        try (PreparedConvolution prepared =
            engine.prepare(Requests.of(problem, Layout.NHWC, arena))) {
          long before = engine.counts().compared();
          callUntil(prepared, () -> engine.counts().compared() > before);
        }
      }
      awaitCalm(engine);
      assertThat(told).isEmpty();
      assertThat(engine.counts().failed()).isZero();
      assertThat(engine.counts().compared()).isGreaterThanOrEqualTo(lines.size());
    }
  }

  /** Their values are integers, so that where a neighbour is permitted it is none of these. */
  @ParameterizedTest
  @ValueSource(strings = {"exact", "fused"})
  void integersMustBeTheSame(String requantization) throws Exception {
    var off =
        new Way(
            "off by one",
            dst ->
                dst.set(ValueLayout.JAVA_BYTE, 5, (byte) (dst.get(ValueLayout.JAVA_BYTE, 5) ^ 1)));
    Problem problem =
        Problem.parse(
            "mb1_ic8oc8_ih9kh3ph1_dt/u8:s8:u8/_scales/src:0.5+wei:0.25+dst:0.125/_requant/%s/"
                .formatted(requantization));
    try (var engine = new PlantedEngine(eachCall(), off, RIGHT_WAY);
        Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = engine.prepare(Requests.of(problem, Layout.NHWC, arena))) {
      callUntil(prepared, () -> !told.isEmpty());
      assertThat(told.take().permitted()).isZero();
    }
  }

  @Test
  void notANumberMustComeOut() throws Exception {
    var hiding = new Way("hiding", dst -> dst.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 0));
    try (var engine = new PlantedEngine(eachCall(), hiding, RIGHT_WAY);
        Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = prepare(engine)) {
      float[] values = Runs.integers(SRC.shape(), 3);
      values[0] = Float.NaN;
      Tensor src = Tensor.ofFloats(prepared.src(), values, arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      await(
          () -> {
            prepared.execute(src, dst);
            return !told.isEmpty();
          });
      ShadowMismatch mismatch = told.take();
      assertThat(mismatch.expected()).isNaN();
      assertThat(mismatch.value()).isZero();
      assertThat(mismatch.differenceCount()).isOne();
    }
  }

  @Test
  void callsNeverWaitForAStuckComparison() throws Exception {
    var isStuck = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    var other =
        new OtherEngine(
            () -> {
              isStuck.countDown();
              awaitUninterruptibly(end);
            },
            0);
    var engine = new PlantedEngine(eachCall(), "1", name -> other, WRONG_WAY);
    try (engine) {
      try (PreparedConvolution prepared = prepare(engine)) {
        callUntil(prepared, () -> isStuck.getCount() == 0);
        callUntil(prepared, () -> engine.counts().dropped() > 100);
        assertThat(engine.counts().sampled()).isLessThanOrEqualTo(Samples.BUFFER_COUNT);
      }
      long begin = System.nanoTime();
      engine.close();
      assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(10));
      assertThat(threads()).hasSize(1);
    } finally {
      end.countDown();
    }
    await(() -> threads().isEmpty());
    assertThat(other.isClosed()).isTrue();
  }

  @Test
  void closingEndsTheThread() throws Exception {
    try (var engine = new PlantedEngine(eachCall(), RIGHT_WAY);
        PreparedConvolution prepared = prepare(engine)) {
      callUntil(prepared, () -> engine.counts().compared() > 0);
      assertThat(threads()).hasSize(1);
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void aFileRemembersForTheNextEngine() throws Exception {
    Path file = folder.resolve("quarantine.txt");
    Files.writeString(file, "no line of ours\n");
    Shadow shadow = eachCall().withQuarantine(file);
    try (var engine = new PlantedEngine(shadow, WRONG_WAY, RIGHT_WAY);
        PreparedConvolution prepared = prepare(engine)) {
      callUntil(prepared, () -> !told.isEmpty());
    }
    assertThat(Files.readAllLines(file))
        .hasSize(2)
        .anyMatch(line -> line.startsWith("planted\t1\t" + PROBLEM + "\twrong\twrong gave "));

    try (var engine = new PlantedEngine(shadow, WRONG_WAY, RIGHT_WAY);
        PreparedConvolution prepared = prepare(engine)) {
      assertThat(prepared.explain().stages().getFirst().implementation()).isEqualTo("right");
    }
    try (var engine =
            new PlantedEngine(shadow, "2", name -> Engines.named(name), WRONG_WAY, RIGHT_WAY);
        PreparedConvolution prepared = prepare(engine)) {
      assertThat(prepared.explain().stages().getFirst().implementation()).isEqualTo("wrong");
    }
  }

  @Test
  void explanationsSayWhatIsCopiedAndWhatIsNot() {
    try (var engine = new PlantedEngine(Shadow.defaults(), RIGHT_WAY);
        PreparedConvolution prepared = prepare(engine)) {
      assertThat(prepared.explain().warnings())
          .contains("one call in 100 is copied and computed again by vector");
    }
    try (var engine = new PlantedEngine(Shadow.defaults().withBufferBytes(100), RIGHT_WAY);
        PreparedConvolution prepared = prepare(engine)) {
      assertThat(prepared.explain().warnings())
          .anyMatch(line -> line.startsWith("no call is computed again: a copy takes"));
      assertThat(threads()).isEmpty();
    }
  }

  @Test
  void engineVectorIsComparedWithTheReference() throws Exception {
    EngineOptions options = EngineOptions.defaults().with(eachCall());
    try (Engine engine = Engines.named("vector", options);
        Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = engine.prepare(request(arena))) {
      assertThat(prepared.explain().warnings())
          .anyMatch(line -> line.endsWith("computed again by reference"));
      callUntil(prepared, () -> engine.shadowCounts().compared() > 0);
      assertThat(engine.shadowCounts().mismatches()).isZero();
    }
  }

  @Test
  void nobodyIsItsOwnShadow() {
    EngineOptions options = EngineOptions.defaults().with(Shadow.defaults().withEngine("vector"));
    assertThatThrownBy(() -> Engines.named("vector", options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("engine vector cannot be its own shadow; name another one");
  }

  @Test
  void withoutTheOptionThereIsNothing() {
    EngineOptions off =
        EngineOptions.defaults().with(Shadow.defaults().withInterval(0).withListener(told::add));
    for (EngineOptions options : List.of(EngineOptions.defaults(), off)) {
      try (Engine engine = Engines.named("vector", options);
          Arena arena = Arena.ofConfined();
          PreparedConvolution prepared = engine.prepare(request(arena))) {
        assertThat(results(prepared)).isEqualTo(expected());
        assertThat(prepared.explain().warnings()).noneMatch(line -> line.contains("again"));
        assertThat(engine.shadowCounts()).isEqualTo(ShadowCounts.NONE);
      }
    }
  }

  private static ConvolutionRequest request(Arena arena) {
    Tensor weights =
        Tensor.ofFloats(
            TensorSpec.weights(CONVOLUTION.weightsShape()),
            Runs.integers(CONVOLUTION.weightsShape(), 1),
            arena);
    Tensor bias = Tensor.ofFloats(TensorSpec.bias(3), Runs.integers(3, 2), arena);
    return ConvolutionRequest.of(CONVOLUTION, SRC).withParameters(weights, bias);
  }

  private static PreparedConvolution prepare(PlantedEngine engine) {
    try (Arena arena = Arena.ofConfined()) {
      return engine.prepare(request(arena));
    }
  }

  private static float[] results(PreparedConvolution prepared) {
    return Runs.execute(prepared, Runs.integers(SRC.shape(), 3));
  }

  private static float[] expected() {
    try (Engine reference = Engines.named("reference");
        Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = reference.prepare(request(arena))) {
      return results(prepared);
    }
  }

  /** Calls with random numbers, which only their bound makes equal. */
  private static void callUntil(PreparedConvolution prepared, BooleanSupplier done) {
    try (Arena arena = Arena.ofConfined()) {
      var call = prepared.call();
      call.src(Requests.filled(prepared.src(), 3, arena));
      call.dst(Tensor.allocate(prepared.dst(), arena));
      for (int i = 0; i < prepared.operands().size(); i++) {
        call.operand(i, Requests.filled(prepared.operands().get(i), 4 + i, arena));
      }
      await(
          () -> {
            call.execute();
            return done.getAsBoolean();
          });
    }
  }

  /** Until all that was copied is compared. */
  private static void awaitCalm(PlantedEngine engine) {
    await(
        () -> {
          ShadowCounts counts = engine.counts();
          return counts.sampled() == counts.compared() + counts.failed();
        });
  }

  private static void await(BooleanSupplier done) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_MILLIS);
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Thread> threads() {
    List<Thread> found = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("conv4j-shadow-" + PlantedEngine.NAME)) {
        found.add(thread);
      }
    }
    return found;
  }
}
