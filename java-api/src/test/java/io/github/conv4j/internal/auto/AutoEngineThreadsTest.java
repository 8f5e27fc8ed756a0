package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Tuning;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What callers of engine auto do to each other. No clock decides: calls of fake engines stand still
 * until others have come so far. The time limit only ends a test that has failed.
 */
@Timeout(60)
class AutoEngineThreadsTest {
  private static final Convolution CONVOLUTION = Convolution.conv2d(2, 3).kernel(3).build();
  private static final TensorSpec FIRST = TensorSpec.f32(Layout.NHWC, 1, 2, 5, 5);
  private static final TensorSpec SECOND = TensorSpec.f32(Layout.NHWC, 1, 2, 6, 6);

  private final FakeStopwatch stopwatch = new FakeStopwatch();
  private final MeasuringTurns turns = new MeasuringTurns();
  private final FakeEngine fakes =
      new FakeEngine("fakes", stopwatch).way("slow", 120).way("fast", 100);
  private final Engine auto = engine(fakes);

  @BeforeEach
  void forget() {
    Choices.forgetThisProcess();
  }

  @AfterEach
  void close() {
    auto.close();
  }

  @Test
  void aKnownChoiceNeverWaitsForARace() throws Exception {
    prepare(auto, FIRST).close();
    var isMeasuring = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    fakes.beforeCall(
        request -> {
          isMeasuring.countDown();
          await(mayGoOn);
        });
    FutureTask<String> race = start(SECOND);
    isMeasuring.await();

    try (PreparedConvolution known = prepare(auto, FIRST)) {
      assertThat(note(known)).contains("earlier in this process");
    }
    try (Engine other =
            engine(new FakeEngine("fakes", stopwatch).way("slow", 120).way("fast", 100));
        PreparedConvolution known = prepare(other, FIRST)) {
      assertThat(note(known)).contains("earlier in this process");
    }

    assertThat(race.isDone()).isFalse();
    mayGoOn.countDown();
    assertThat(race.get()).isEqualTo("measured");
  }

  @Test
  void twoRacesTakeTurns() throws Exception {
    var order = new ConcurrentLinkedQueue<TensorSpec>();
    var isOneDone = new AtomicBoolean();
    fakes.beforeCall(
        request -> {
          order.add(request.src());
          // Each call lasts until the other race waits for its turn.
          while (turns.waitingCount() == 0 && !isOneDone.get()) {
            Thread.onSpinWait();
          }
        });
    FutureTask<String> first = start(FIRST, isOneDone);
    FutureTask<String> second = start(SECOND, isOneDone);

    assertThat(first.get()).isEqualTo("measured");
    assertThat(second.get()).isEqualTo("measured");
    int changes = 0;
    TensorSpec last = null;
    for (TensorSpec src : order) {
      changes += src.equals(last) ? 0 : 1;
      last = src;
    }
    // Two first calls, two warm-ups and sixteen rounds of two turns of each race at the least.
    assertThat(changes).isGreaterThan(2 * (2 + 2 + 16));
  }

  @Test
  void whoeverAsksForAProblemThatIsBeingMeasuredGetsThatChoice() throws Exception {
    var isMeasuring = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    fakes.beforeCall(
        request -> {
          isMeasuring.countDown();
          await(mayGoOn);
        });
    FutureTask<String> race = start(FIRST);
    isMeasuring.await();
    var task = new FutureTask<>(() -> noteOf(FIRST));
    Thread later = Thread.ofPlatform().start(task);
    while (later.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    mayGoOn.countDown();

    assertThat(race.get()).isEqualTo("measured");
    assertThat(task.get()).contains("earlier in this process");
  }

  @Test
  void whereTheFirstToMeasureFailsTheNextMeasures() throws Exception {
    var calls = new AtomicInteger();
    var isMeasuring = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    fakes.beforeCall(
        request -> {
          if (calls.getAndIncrement() == 0) {
            isMeasuring.countDown();
            await(mayGoOn);
            throw new IllegalStateException("a test");
          }
        });
    FutureTask<String> race = start(FIRST);
    isMeasuring.await();
    var task = new FutureTask<>(() -> noteOf(FIRST));
    Thread later = Thread.ofPlatform().start(task);
    while (later.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    mayGoOn.countDown();

    assertThat(task.get()).isEqualTo("measured");
    assertThat(race).failsWithin(Duration.ofSeconds(60));
    assertThat(fakes.openCount()).isZero();
  }

  @Test
  void anInterruptedThreadGetsTheBestEnginesOwnChoice() throws Exception {
    var isMeasuring = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    fakes.beforeCall(
        request -> {
          isMeasuring.countDown();
          await(mayGoOn);
        });
    FutureTask<String> race = start(FIRST);
    isMeasuring.await();
    var wasInterrupted = new AtomicBoolean();
    var task =
        new FutureTask<>(
            () -> {
              String note = noteOf(SECOND);
              wasInterrupted.set(Thread.currentThread().isInterrupted());
              return note;
            });
    Thread other = Thread.ofPlatform().start(task);
    while (turns.waitingCount() == 0) {
      Thread.onSpinWait();
    }
    other.interrupt();

    assertThat(task.get()).contains("interrupted");
    assertThat(wasInterrupted).isTrue();
    mayGoOn.countDown();
    assertThat(race.get()).isEqualTo("measured");
    assertThat(fakes.openCount()).isZero();
    assertThat(noteOf(SECOND)).isEqualTo("measured");
  }

  private FutureTask<String> start(TensorSpec src) {
    return start(src, new AtomicBoolean());
  }

  private FutureTask<String> start(TensorSpec src, AtomicBoolean isDone) {
    var task =
        new FutureTask<>(
            () -> {
              try {
                return noteOf(src);
              } finally {
                isDone.set(true);
              }
            });
    Thread.ofPlatform().start(task);
    return task;
  }

  private Engine engine(FakeEngine of) {
    return new AutoEngine(
        EngineOptions.defaults()
            .withThreads(1)
            .with(Tuning.defaults().withBudget(Duration.ofMillis(20)).withoutChoices()),
        List.of(of),
        stopwatch,
        turns);
  }

  private String noteOf(TensorSpec src) {
    try (PreparedConvolution prepared = prepare(auto, src)) {
      return note(prepared);
    }
  }

  private static PreparedConvolution prepare(Engine engine, TensorSpec src) {
    float[] weights = Runs.integers(CONVOLUTION.weightsShape(), 1);
    return engine.prepare(CONVOLUTION, src, weights, new float[3]);
  }

  private static String note(PreparedConvolution prepared) {
    return prepared.explain().candidates().stream()
        .filter(Explanation.Candidate::chosen)
        .findFirst()
        .orElseThrow()
        .note();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
