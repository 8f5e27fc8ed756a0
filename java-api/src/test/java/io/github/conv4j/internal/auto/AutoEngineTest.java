package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.conv4j.Convolution;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.contract.LogCapture;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Tuning;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

  private static final Convolution LARGE = Convolution.conv2d(64, 64).kernel(3).padding(1).build();
  private static final TensorSpec LARGE_SRC = TensorSpec.f32(Layout.NHWC, 1, 64, 56, 56);
  private static final Convolution MIDDLING = Convolution.conv2d(64, 64).build();
  private static final TensorSpec MIDDLING_SRC = TensorSpec.f32(Layout.NHWC, 1, 64, 12, 12);
  private static final long LARGE_PRODUCTS = LARGE.multiplications(LARGE_SRC.shape());

  @TempDir private Path folder;
  private final LogCapture log = LogCapture.open();
  private final FakeStopwatch stopwatch = new FakeStopwatch();
  private final MeasuringTurns turns = new MeasuringTurns();
  private final FakeEngine one = new FakeEngine("one", stopwatch);
  private final FakeEngine two = new FakeEngine("two", stopwatch);

  @BeforeEach
  void forget() {
    Choices.forgetThisProcess();
    CandidateWarmUp.forgetThisProcess();
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
            .extracting(candidate -> candidate.medianNanos() / 1_000)
            .containsExactly(100L, 1_000L, 2_000L, 3_000L);
        assertThat(one.openCount()).isZero();
        assertThat(two.openCount()).isEqualTo(1);
      }
      assertThat(two.openCount()).isZero();
    }
    assertThat(one.isClosed() && two.isClosed()).isTrue();
    assertThat(log.lines(Level.WARNING)).isEmpty();
  }

  /** Else kernels of Java code would be compiled for memory that has an owner (ADR 59). */
  @Test
  void measuresOnMemoryOfAllThreads() {
    one.way("a", 3_000).way("b", 100).warmingUp();
    two.way("c", 110);
    try (Engine auto = auto(MILLIS)) {
      prepare(auto).close();
      prepareMiddling(auto).close();
      prepareLarge(auto).close();
    }
    assertThat(one.fake("b").executed).hasPositiveValue();
    assertThat(one.confinedCalls() + two.confinedCalls()).isZero();
  }

  @Test
  void measuringTakesATenthOfItsBudgetWhereTheWinnerIsSure() {
    one.way("a", 100).way("b", 105);
    two.way("c", 110);
    try (Engine auto = auto(200)) {
      prepare(auto).close();
    }
    assertThat(stopwatch.nanos() / 1_000_000).isBetween(20L, 60L);
  }

  @Test
  void aShortRaceEndsWhenOneIsLeft() {
    one.way("a", 100).way("b", 250);
    try (Engine auto = auto(200)) {
      prepare(auto).close();
    }
    assertThat(stopwatch.nanos() / 1_000_000).isLessThan(20);
  }

  @Test
  void whoIsHopelessAfterTheFirstCallsIsClosedBeforeTheRace() {
    one.way("slow", 100_000);
    two.way("fast", 10_000).way("as slow", 100_000);
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two fast");
      assertThat(one.fake("slow").executed).hasValueLessThanOrEqualTo(2);
      assertThat(two.fake("as slow").executed).hasValue(1);
    }
  }

  @Test
  void ofJavaCodeThatIsFarBehindOnlyTheEnginesOwnChoiceRuns() {
    one.way("fast", 100);
    two.way("own", 500).way("other", 400).warmingUp();
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("one fast");
      assertThat(note(prepared, "own")).isEqualTo("measured");
      assertThat(note(prepared, "other")).contains("prefers another, which is far behind");
      assertThat(two.fake("other").executed).hasValue(0);
    }
  }

  @Test
  void ofJavaCodeThatIsNearAllRun() {
    one.way("fast", 100);
    two.way("own", 150).way("other", 50).warmingUp();
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two other");
    }
  }

  @Test
  void aDisturbedFirstCallDecidesNothing() {
    one.way("slower", 300);
    two.way("fast", 200).disturbedFirst("fast", 5_000);
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two fast");
    }
  }

  @Test
  void whoseBoundIsHopelessIsNotEvenPrepared() {
    one.way("ref:any", 40);
    two.way("fast", 0.1);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two fast");
      assertThat(one.fake("ref:any").prepared).hasValue(0);
      assertThat(note(prepared, "ref:any")).contains("naive loops over 486 products");
    }
  }

  @Test
  void whoIsHopelessOnAPartOfALargeProblemNeverRunsTheWhole() {
    one.perProduct("hopeless", 1).perProduct("own", 0.02);
    two.perProduct("fast", 0.01);
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepareLarge(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two fast");
      assertThat(one.fake("hopeless").prepared).hasValue(1);
      assertThat(one.fake("hopeless").products.sum()).isLessThan(LARGE_PRODUCTS / 2);
      assertThat(note(prepared, "hopeless")).contains("on a part of the problem 100 times slower");
      assertThat(one.fake("own").products.sum()).isGreaterThan(LARGE_PRODUCTS);
      assertThat(one.openCount() + two.openCount()).isEqualTo(1);
    }
  }

  @Test
  void naiveLoopsNeverRunALargeProblemWhereverTheyStand() {
    one.perProduct("ref:any", 50);
    two.perProduct("kernel", 1).compiledAfter("kernel", 30).warmingUp();
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepareLarge(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two kernel");
      assertThat(one.fake("ref:any").prepared).hasValue(0);
    }
  }

  @Test
  void javaCodeIsCompiledOnAPartOfTheProblem() {
    int uncompiled = 40;
    one.perProduct("native", 0.02);
    two.perProduct("kernel", 0.01).compiledAfter("kernel", uncompiled).warmingUp();
    List<Integer> callsBeforeWhole = new ArrayList<>();
    two.beforeCall(
        request -> {
          if (request.src().equals(LARGE_SRC)) {
            callsBeforeWhole.add(two.executedCount() - 1);
          }
        });
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepareLarge(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two kernel");
      assertThat(callsBeforeWhole).isNotEmpty().allMatch(calls -> calls >= uncompiled);
    }
  }

  @Test
  void javaCodeOfASmallerProblemIsCompiledOnFewPixelsAndChannels() {
    int uncompiled = 40;
    one.perProduct("native", 0.2);
    two.perProduct("kernel", 0.1).compiledAfter("kernel", uncompiled).warmingUp();
    List<Shape> met = callsOfTwo();
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepareMiddling(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two kernel");
      assertThat(met.subList(0, uncompiled)).containsOnly(Shape.of(1, 32, 1, 8));
      assertThat(met).last().isEqualTo(MIDDLING_SRC.shape());
    }
  }

  @Test
  void whereHeapUseIsUnknownOnlyTheWholeTellsWhatIsCompiled() {
    stopwatch.forgetHeap();
    one.perProduct("native", 0.2);
    two.perProduct("kernel", 0.1).warmingUp();
    List<Shape> met = callsOfTwo();
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepareMiddling(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two kernel");
      assertThat(met).startsWith(Shape.of(1, 32, 1, 8), MIDDLING_SRC.shape());
    }
  }

  /** Returns a list that the shapes of the sources of all calls are added to. */
  private List<Shape> callsOfTwo() {
    List<Shape> met = new ArrayList<>();
    two.beforeCall(request -> met.add(request.src().shape()));
    return met;
  }

  @Test
  void whoIsNeverCompiledIsNotRunOnALargeProblem() {
    one.perProduct("native", 0.001);
    two.compiledAfter("never", Integer.MAX_VALUE).warmingUp();
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepareLarge(auto)) {
      assertThat(chosen(prepared)).isEqualTo("one native");
      assertThat(two.fake("never").prepared).hasValue(1);
      assertThat(note(prepared, "never")).contains("not compiled in time");
      assertThat(stopwatch.nanos() / 1_000_000).isLessThan(3_000);
    }
  }

  @Test
  void whatTakesLongerThanTheBudgetRunsOnce() {
    one.way("slow", 60_000);
    two.way("fast", 40_000);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two fast");
      assertThat(one.fake("slow").executed).hasValue(1);
      assertThat(two.fake("fast").executed).hasValue(1);
    }
  }

  @Test
  void javaCodeIsWaitedForAlsoWhereItIsNotManyTimesSlower() {
    one.way("native", 300);
    two.way("kernel", 30).compiledAfter("kernel", 60).warmingUp();
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
      assertThat(stopwatch.nanos() / 1_000_000).isLessThan(16 * MILLIS);
    }
  }

  @Test
  void whoIsCompiledAfterAllIsWaitedForAgain() {
    one.way("native", 300);
    two.way("kernel", 30).compiledAfter("kernel", Integer.MAX_VALUE).warmingUp();
    try (Engine auto = auto(MILLIS)) {
      for (int i = 0; i < 3; i++) {
        assertThat(chosenAnew(auto)).isEqualTo("one native");
      }
      long before = stopwatch.nanos();
      assertThat(chosenAnew(auto)).isEqualTo("one native");
      assertThat(stopwatch.nanos() - before)
          .as("no more patience")
          .isLessThan(2 * MILLIS * 1_000_000);

      two.compiledAfter("kernel", 0);
      assertThat(chosenAnew(auto)).isEqualTo("two kernel");
      two.compiledAfter("kernel", two.executedCount() + 60);
      assertThat(chosenAnew(auto)).isEqualTo("two kernel");
    }
  }

  private String chosenAnew(Engine auto) {
    Choices.forgetThisProcess();
    try (PreparedConvolution prepared = prepare(auto)) {
      return chosen(prepared);
    }
  }

  @Test
  void whoTakesFromTheHeapForEverMustBeMuchFaster() {
    one.way("native", 1_050);
    two.compiledAfter("never", Integer.MAX_VALUE).warmingUp();
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("one native");
      assertThat(note(prepared, "never")).contains("not compiled in time");
    }
  }

  @Test
  void whoTakesFromTheHeapForEverMayBeMuchFaster() {
    one.way("native", 9_000);
    two.compiledAfter("never", Integer.MAX_VALUE).warmingUp();
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two never");
    }
  }

  @Test
  void whereAllTakeFromTheHeapTheFirstStays() {
    two.way("first", 100).compiledAfter("first", Integer.MAX_VALUE);
    two.way("second", 0).compiledAfter("second", Integer.MAX_VALUE).warmingUp();
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two first");
    }
  }

  @Test
  void oneCandidateIsNotMeasured() {
    one.way("only", 1_000);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(one.executedCount()).isZero();
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
      assertThat(one.executedCount()).isZero();
      assertThat(chosen(prepared)).isEqualTo("one own choice");
    }
  }

  @Test
  void weightsThatAreNotFiniteAreNotMeasured() {
    one.way("own choice", 1_000).way("other", 10);
    float[] weights = Runs.constant(CONVOLUTION.weightsShape(), Float.NaN);
    TensorSpec src = TensorSpec.f32(Layout.NHWC, SRC.dims());
    try (Engine auto = auto(MILLIS)) {
      try (PreparedConvolution prepared = auto.prepare(CONVOLUTION, src, weights, new float[3])) {
        assertThat(one.executedCount()).isZero();
        assertThat(chosen(prepared)).isEqualTo("one own choice");
      }
      prepare(auto).close();
      try (PreparedConvolution known = auto.prepare(CONVOLUTION, src, weights, new float[3])) {
        assertThat(chosen(known)).isEqualTo("one own choice");
      }
    }
  }

  @Test
  void whoDisagreesIsLeftOut() {
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
      assertThat(one.openCount() + two.openCount()).isEqualTo(1);
    }
  }

  @Test
  void theDefinitionOutweighsAMajority() {
    one.wrong("wrong", 0.5f).wrong("wrong too", 0.5f);
    two.way("right", 2_000);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two right");
    }
  }

  /** Output 1 of 3072 is not among those that the definition is evaluated at to begin with. */
  @Test
  void whereTwoDifferTheDefinitionIsEvaluatedThere() {
    one.way("right", 2_000).wrong("wrong", 0.5f, 1);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto, 32)) {
      assertThat(chosen(prepared)).isEqualTo("one right");
      assertThat(note(prepared, "wrong")).contains("disagrees");
    }
  }

  @Test
  void whoWasMeasuredByAWrongOneIsMeasuredAgain() {
    one.wrong("wrong", 0.5f, 1).way("slow", 50_000).way("right", 2_000);
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepare(auto, 32)) {
      assertThat(chosen(prepared)).isEqualTo("one right");
      assertThat(note(prepared, "wrong")).contains("disagrees");
      assertThat(note(prepared, "slow")).isEqualTo("measured");
      assertThat(one.openCount()).isEqualTo(1);
    }
  }

  @Test
  void whoIsAloneIsCheckedToo() {
    one.wrong("wrong", 0.5f).way("ref:any", 100);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("one ref:any");
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
      assertThat(one.openCount() + two.openCount()).isZero();
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
  void whatFailsInTheRaceIsLeftOutWithAWarning() {
    one.way("sound", 1_100).way("slower", 1_200);
    two.way("broken", 1_000).failingAfter("broken", 9);
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(two.fake("broken").executed).hasValue(10);
      assertThat(chosen(prepared)).isEqualTo("one sound");
      assertThat(note(prepared, "broken")).contains("a spring broke");
      assertThat(note(prepared, "slower")).isEqualTo("measured");
      assertThat(prepared.explain().warnings()).anyMatch(text -> text.contains("a spring broke"));
      assertThat(one.openCount() + two.openCount()).isEqualTo(1);
    }
  }

  @Test
  void whatFailsInItsOneTurnOfALongRaceIsLeftOut() {
    one.way("slower", 60_000);
    two.way("broken", 40_000).failingAfter("broken", 1).way("too", 41_000).failingAfter("too", 1);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("one slower");
      assertThat(one.openCount() + two.openCount()).isEqualTo(1);
    }
  }

  @Test
  void whatFailsWhenItIsLookedAtAgainIsLeftOut() {
    one.way("slow", 500).failingAfter("slow", 9);
    two.way("fast", 100);
    try (Engine auto = auto(200);
        PreparedConvolution prepared = prepare(auto)) {
      assertThat(chosen(prepared)).isEqualTo("two fast");
      assertThat(note(prepared, "slow")).contains("a spring broke");
    }
  }

  @Test
  void theSamePreparedAgainIsNotMeasuredAgain() {
    one.way("slow", 1_000);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS);
        PreparedConvolution first = prepare(auto)) {
      int executed = one.executedCount() + two.executedCount();
      try (PreparedConvolution second = prepare(auto)) {
        assertThat(chosen(second)).isEqualTo(chosen(first));
        assertThat(one.executedCount() + two.executedCount()).isEqualTo(executed);
        assertThat(second.explain().candidates())
            .allMatch(candidate -> candidate.note().contains("earlier in this process"));
      }
    }
  }

  @Test
  void whatIsMadeReadyIsMeasuredOnceAndRemembered() {
    one.way("slow", 1_000);
    two.way("fast", 10);
    var request = ConvolutionRequest.of(CONVOLUTION, TensorSpec.f32(Layout.ANY, SRC.dims()));
    try (Engine auto = auto(MILLIS)) {
      auto.makeReady(List.of(request, request));
      assertThat(one.openCount() + two.openCount()).isZero();
      int prepared = one.preparedCount() + two.preparedCount();
      assertThat(two.fake("fast").executed).hasValueGreaterThan(one.fake("slow").executed.get());

      int executed = one.executedCount() + two.executedCount();
      try (PreparedConvolution later = prepare(auto)) {
        assertThat(chosen(later)).isEqualTo("two fast");
        assertThat(later.explain().candidates())
            .allMatch(candidate -> candidate.note().contains("earlier in this process"));
      }
      assertThat(one.executedCount() + two.executedCount()).isEqualTo(executed);
      assertThat(one.preparedCount() + two.preparedCount()).isEqualTo(prepared + 1);
    }
    assertThat(log.lines(Level.WARNING)).isEmpty();
  }

  @Test
  void whatIsMadeReadyMustBeSupportedAndTheEngineOpen() {
    one.way("a", 10);
    TensorSpec integers = TensorSpec.of(DataType.S32, Layout.NHWC, SRC);
    var request = ConvolutionRequest.of(CONVOLUTION, integers);
    Engine auto = auto(MILLIS);
    assertThatExceptionOfType(UnsupportedConvolutionException.class)
        .isThrownBy(() -> auto.makeReady(List.of(request)));
    assertThat(one.preparedCount()).isZero();
    auto.close();
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> auto.makeReady(List.of()));
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
    FakeEngine oneLater = new FakeEngine("one", stopwatch).way("slow", 1_000);
    FakeEngine twoLater = new FakeEngine("two", stopwatch).way("fast", 10);
    try (Engine later =
            new AutoEngine(
                options(MILLIS, Optional.of(file)), List.of(oneLater, twoLater), stopwatch, turns);
        PreparedConvolution prepared = prepare(later)) {
      assertThat(oneLater.preparedCount() + oneLater.executedCount() + twoLater.executedCount())
          .isZero();
      assertThat(oneLater.askedCount() + twoLater.askedCount()).isZero();
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
  void whatThisProcessKnowsIsTakenWhereTheFileIsWrong() throws IOException {
    Path file = folder.resolve("choices.txt");
    one.way("slow", 1_000);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS, file)) {
      prepare(auto).close();
      for (String wrong : List.of("two vanished", "three fast")) {
        Files.writeString(file, Files.readString(file).replace("two fast", wrong));
        int executed = two.executedCount();
        try (PreparedConvolution prepared = prepare(auto)) {
          assertThat(chosen(prepared)).isEqualTo("two fast");
        }
        assertThat(two.executedCount()).isEqualTo(executed);
        assertThat(Files.readString(file)).contains("two fast").doesNotContain(wrong);
      }
    }
  }

  @Test
  void anEngineThatFailsIsDoneWithoutAlsoWhereItIsTheKnownChoice() {
    one.way("slow", 1_000);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS)) {
      prepare(auto).close();
      two.breakDown();
      try (PreparedConvolution prepared = prepare(auto)) {
        assertThat(chosen(prepared)).isEqualTo("one slow");
      }
    }
    assertThat(log.lines(Level.WARNING)).anyMatch(line -> line.contains("goes without two"));
  }

  @Test
  void otherThreadsAndOtherLayoutsAreOtherProblems() {
    one.way("slow", 500);
    two.way("fast", 10);
    try (Engine auto = auto(MILLIS)) {
      prepare(auto).close();
      int executed = two.executedCount();
      float[] weights = Runs.integers(CONVOLUTION.weightsShape(), 1);
      auto.prepare(CONVOLUTION, TensorSpec.f32(Layout.NCHW, SRC.dims()), weights, new float[3])
          .close();
      assertThat(two.executedCount()).isGreaterThan(executed);
      executed = two.executedCount();
      Engine wide =
          new AutoEngine(
              options(MILLIS, Optional.empty()).withThreads(7),
              List.of(one, two),
              stopwatch,
              turns);
      prepare(wide).close();
      assertThat(two.executedCount()).isGreaterThan(executed);
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
    return new AutoEngine(options(millis, Optional.empty()), List.of(one, two), stopwatch, turns);
  }

  private Engine auto(long millis, Path file) {
    return new AutoEngine(options(millis, Optional.of(file)), List.of(one, two), stopwatch, turns);
  }

  private static EngineOptions options(long millis, Optional<Path> file) {
    Tuning tuning = Tuning.defaults().withBudget(Duration.ofMillis(millis));
    return EngineOptions.defaults()
        .withThreads(1)
        .with(file.map(tuning::withChoices).orElse(tuning.withoutChoices()));
  }

  private static PreparedConvolution prepare(Engine engine, long size) {
    float[] weights = Runs.integers(CONVOLUTION.weightsShape(), 1);
    return engine.prepare(
        CONVOLUTION, TensorSpec.f32(Layout.NCHW, 1, 2, size + 2, size + 2), weights, new float[3]);
  }

  private static PreparedConvolution prepareMiddling(Engine engine) {
    float[] weights = Runs.integers(MIDDLING.weightsShape(), 1);
    return engine.prepare(MIDDLING, MIDDLING_SRC, weights, new float[64]);
  }

  /** The weights are zeros, so that the fakes need not compute. */
  private PreparedConvolution prepareLarge(Engine engine) {
    one.hasty();
    two.hasty();
    float[] weights = new float[(int) LARGE.weightsShape().elementCount()];
    return engine.prepare(LARGE, LARGE_SRC, weights, new float[64]);
  }

  private static String note(PreparedConvolution prepared, String implementation) {
    return prepared.explain().candidates().stream()
        .filter(candidate -> candidate.implementation().equals(implementation))
        .map(Explanation.Candidate::note)
        .findFirst()
        .orElseThrow();
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
