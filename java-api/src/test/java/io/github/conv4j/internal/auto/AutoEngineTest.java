package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.conv4j.Convolution;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.contract.LogCapture;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.Tuning;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // the folder is injected
class AutoEngineTest {
  private static final Convolution CONVOLUTION = Convolution.conv2d(2, 3).kernel(3).build();
  private static final Shape SRC = Shape.of(1, 2, 5, 5);
  private static final long MILLIS = 20;

  @TempDir private Path folder;
  private final LogCapture log = LogCapture.open();
  private final FakeEngine one = new FakeEngine("one");
  private final FakeEngine two = new FakeEngine("two");

  @BeforeEach
  void forget() {
    Choices.forgetThisProcess();
  }

  @AfterEach
  void stopCapturing() {
    log.close();
  }

  @Test
  void theFastestIsKeptAndTheOthersAreClosed() {
    one.way("slow", 3_000).way("medium", 1_000);
    two.way("fast", 100).way("slower", 2_000);
    try (Engine auto = auto(MILLIS)) {
      try (PreparedConvolution prepared = prepare(auto)) {
        assertThat(chosen(prepared)).isEqualTo("two fast");
        assertThat(prepared.explain().engine()).isEqualTo("auto");
        assertThat(prepared.explain().candidates())
            .hasSize(4)
            .isSortedAccordingTo((a, b) -> Long.compare(a.medianNanos(), b.medianNanos()))
            .allMatch(candidate -> candidate.medianNanos() > 100_000);
        assertThat(one.open).isZero();
        assertThat(two.open).isEqualTo(1);
      }
      assertThat(two.open).isZero();
    }
    assertThat(one.isClosed && two.isClosed).isTrue();
    assertThat(log.lines(Level.WARNING)).isEmpty();
  }

  @Test
  void measuringTakesAboutItsBudget() {
    one.way("a", 1_000).way("b", 1_050);
    two.way("c", 1_100);
    try (Engine auto = auto(200)) {
      long begin = System.nanoTime();
      prepare(auto).close();
      long millis = (System.nanoTime() - begin) / 1_000_000;

      assertThat(millis).isBetween(50L, 1_000L);
    }
  }

  @Test
  void whatTakesLongerThanTheBudgetRunsOnce() {
    one.way("slow", 60_000);
    two.way("fast", 40_000);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two fast");
      assertThat(one.executed).isEqualTo(1);
      assertThat(two.executed).isEqualTo(1);
    }
  }

  @Test
  void javaCodeIsWaitedForAlsoWhereItIsNotManyTimesSlower() {
    one.way("native", FakeEngine.PAUSE_OF_UNCOMPILED / 3_000);
    two.compiledAfter("kernel", 60).warmingUp();
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two kernel");
    }
  }

  @Test
  void patienceEnds() {
    one.way("native", 100);
    two.compiledAfter("never", Integer.MAX_VALUE).warmingUp();
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("one native");
    }
  }

  @Test
  void oneCandidateIsNotMeasured() {
    one.way("only", 1_000);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(one.executed).isZero();
      assertThat(prepared.explain().candidates())
          .singleElement()
          .matches(Explanation.Candidate::chosen)
          .matches(candidate -> candidate.note().contains("only candidate"));
    }
  }

  @Test
  void aBudgetOfZeroMeasuresNothing() {
    one.way("own choice", 1_000).way("other", 0);
    try (Engine auto = auto(0);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(one.executed).isZero();
      assertThat(chosen(prepared)).isEqualTo("one own choice");
    }
  }

  @Test
  void weightsThatAreNotFiniteAreNotMeasured() {
    one.way("own choice", 1_000).way("other", 0);
    float[] weights = Runs.constant(CONVOLUTION.weightsShape(), Float.NaN);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared =
            auto.prepare(
                CONVOLUTION, TensorSpec.f32(Layout.NHWC, SRC.dims()), weights, new float[3])) {
      assertThat(one.executed).isZero();
      assertThat(chosen(prepared)).isEqualTo("one own choice");
    }
  }

  @Test
  void theMajorityIsRight() {
    one.wrong("wrong", 0.5f).way("right", 500);
    two.way("right too", 1_000);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("one right");
      assertThat(prepared.explain().warnings()).anyMatch(text -> text.contains("one wrong"));
      assertThat(prepared.explain().candidates())
          .filteredOn(candidate -> candidate.implementation().equals("wrong"))
          .singleElement()
          .matches(candidate -> candidate.note().contains("disagrees"));
      assertThat(log.lines(Level.WARNING))
          .singleElement()
          .asString()
          .contains("one wrong", "ic2oc3");
      assertThat(one.open + two.open).isEqualTo(1);
    }
  }

  @Test
  void withoutMajorityTheNaiveLoopsDecide() {
    one.wrong("wrong", 0.5f);
    two.way("right", 2_000);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two right");
    }
  }

  @Test
  void notANumberIsADisagreement() {
    one.wrong("wrong", Float.NaN);
    two.way("right", 2_000);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two right");
    }
  }

  @Test
  void whereAllAreWrongPrepareFails() {
    one.wrong("wrong", 0.5f);
    two.wrong("wrong too", 0.25f);
    try (Engine auto = auto(MILLIS)) {
      assertThatExceptionOfType(EngineFailureException.class)
          .isThrownBy(() -> prepare(auto))
          .withMessageContaining("naive loops");
      assertThat(one.open + two.open).isZero();
    }
  }

  @Test
  void whatFailsIsLeftOutWithAWarning() {
    one.failing("broken");
    two.way("sound", 500);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two sound");
      assertThat(prepared.explain().warnings()).anyMatch(text -> text.contains("a spring broke"));
    }
  }

  @Test
  void theSamePreparedAgainIsNotMeasuredAgain() {
    one.way("slow", 1_000);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution first = prepare(auto)) {
      int executed = one.executed + two.executed;
      try (PreparedConvolution second = prepare(auto)) {
        assertThat(chosen(second)).isEqualTo(chosen(first));
        assertThat(one.executed + two.executed).isEqualTo(executed);
        assertThat(second.explain().candidates())
            .allMatch(candidate -> candidate.note().contains("earlier in this process"));
      }
    }
  }

  @Test
  void aLaterProcessTakesTheChoiceFromTheFile() {
    Path file = folder.resolve("deep/choices.txt");
    one.way("slow", 1_000);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS, file)) {
      prepare(auto).close();
    }
    Choices.forgetThisProcess();
    FakeEngine oneLater = new FakeEngine("one").way("slow", 1_000);
    FakeEngine twoLater = new FakeEngine("two").way("fast", 10);
    try (Engine later =
            new AutoEngine(options(MILLIS, Optional.of(file)), List.of(oneLater, twoLater));
        PreparedConvolution prepared = prepare(later)) {
      assertThat(oneLater.prepared + oneLater.executed + twoLater.executed).isZero();
      assertThat(chosen(prepared)).isEqualTo("two fast");
      assertThat(prepared.explain().candidates())
          .hasSize(2)
          .allMatch(candidate -> candidate.note().contains("from file " + file));
    }
  }

  @Test
  void aChoiceOfThisProcessReachesAFileThatComesLater() throws IOException {
    Path file = folder.resolve("choices.txt");
    one.way("slow", 1_000);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS);
        Engine later = auto(MILLIS, file)) {
      prepare(auto).close();
      prepare(later).close();
    }
    assertThat(Files.readString(file)).contains("two fast");
  }

  @Test
  void anUnknownImplementationIsMeasuredAnew() throws IOException {
    Path file = folder.resolve("choices.txt");
    one.way("slow", 1_000);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS, file)) {
      prepare(auto).close();
      Files.writeString(file, Files.readString(file).replace("two fast", "two vanished"));
      Choices.forgetThisProcess();
      try (PreparedConvolution prepared = prepare(auto)) {
        assertThat(chosen(prepared)).isEqualTo("two fast");
      }
    }
    assertThat(Files.readString(file)).contains("two fast").doesNotContain("vanished");
  }

  @Test
  void otherThreadsAndOtherLayoutsAreOtherProblems() {
    one.way("slow", 500);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS)) {
      prepare(auto).close();
      int executed = two.executed;
      float[] weights = Runs.integers(CONVOLUTION.weightsShape(), 1);
      auto.prepare(CONVOLUTION, TensorSpec.f32(Layout.NCHW, SRC.dims()), weights, new float[3])
          .close();
      assertThat(two.executed).isGreaterThan(executed);
      executed = two.executed;
      Engine wide =
          new AutoEngine(options(MILLIS, Optional.empty()).withThreads(7), List.of(one, two));
      prepare(wide).close();
      assertThat(two.executed).isGreaterThan(executed);
    }
  }

  @Test
  void thePureJavaEngineAloneIsEnough() {
    try (Engine auto = Engines.named("auto", EngineOptions.defaults().withThreads(1));
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).startsWith("vector ");
      assertThat(prepared.src().layout()).isEqualTo(Layout.NHWC);
    }
  }

  private Engine auto(long millis) {
    return new AutoEngine(options(millis, Optional.empty()), List.of(one, two));
  }

  private Engine auto(long millis, Path file) {
    return new AutoEngine(options(millis, Optional.of(file)), List.of(one, two));
  }

  private static EngineOptions options(long millis, Optional<Path> file) {
    Tuning tuning = Tuning.defaults().withBudget(Duration.ofMillis(millis));
    return EngineOptions.defaults()
        .withThreads(1)
        .with(file.map(tuning::withChoices).orElse(tuning.withoutChoices()));
  }

  private static PreparedConvolution prepare(Engine engine) {
    float[] weights = Runs.integers(CONVOLUTION.weightsShape(), 1);
    return engine.prepare(
        CONVOLUTION, TensorSpec.f32(Layout.ANY, SRC.dims()), weights, new float[3]);
  }

  private static String chosen(PreparedConvolution prepared) {
    return prepared.explain().candidates().stream()
        .filter(Explanation.Candidate::chosen)
        .map(candidate -> candidate.engine() + " " + candidate.implementation())
        .reduce((a, b) -> a + " and " + b)
        .orElseThrow();
  }
}
