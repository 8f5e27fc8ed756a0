package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.conv4j.Convolution;
import io.github.conv4j.QueueFullException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.internal.prepared.BudgetedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is measured while others use the engine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TimedCandidateTest {
  private static final TensorSpec SPEC = TensorSpec.f32(Layout.channelsLast(3), 1, 1, 5);

  private final FakeStopwatch stopwatch = new FakeStopwatch();

  private interface Check {
    void run(TimedCandidate candidate, Budget budget, Tensor src, Tensor dst) throws Exception;
  }

  private void with(int queueLimit, Check check) throws Exception {
    Convolution convolution = Convolution.conv1d(1, 1).kernel(1).bias(false).build();
    EngineOptions options = EngineOptions.defaults().withThreads(1).withQueueLimit(queueLimit);
    try (Engine engine = Engines.named("reference", options);
        PreparedConvolution prepared = engine.prepare(convolution, SPEC, new float[] {2}, null);
        Arena arena = Arena.ofShared()) {
      var candidate =
          new TimedCandidate(
              new Way(new FakeEngine("fake", stopwatch), "loops"), prepared, stopwatch);
      Tensor src = Tensor.allocate(SPEC, arena);
      src.fill(1);
      Tensor dst = Tensor.allocate(SPEC, arena);
      check.run(candidate, ((BudgetedConvolution) prepared).budget(), src, dst);
      assertThat(((BudgetedConvolution) prepared).budget().tryAcquire()).isTrue();
    }
  }

  /** Measures while another caller is inside, which leaves when the candidate has to wait. */
  private void measureBehindAnother(Budget budget, Runnable measure) throws InterruptedException {
    assertThat(budget.tryAcquire()).isTrue();
    Thread thread = Thread.ofPlatform().daemon().start(measure);
    while (budget.queued() == 0) {
      Thread.onSpinWait();
    }
    stopwatch.advance(1_000_000_000);
    budget.release();
    thread.join();
  }

  @Test
  void theWaitForAPermitIsNotMeasured() throws Exception {
    with(
        10,
        (candidate, budget, src, dst) -> {
          measureBehindAnother(budget, () -> candidate.first(src, dst));
          assertThat(candidate.firstNanos()).isZero();
          assertThat(dst.toFloatArray()).containsOnly(2);
          measureBehindAnother(budget, () -> candidate.calls(src, dst, 0, 3));
          measureBehindAnother(budget, () -> candidate.turn(src, dst, 0));
          assertThat(candidate.spentNanos()).isZero();
          assertThat(candidate.shortestNanos()).isZero();
          assertThat(candidate.turnCount()).isOne();
        });
  }

  @Test
  void aFullQueueRefusesAsForEverybody() throws Exception {
    with(
        0,
        (candidate, budget, src, dst) -> {
          assertThat(budget.tryAcquire()).isTrue();
          assertThatExceptionOfType(QueueFullException.class)
              .isThrownBy(() -> candidate.first(src, dst))
              .withMessageContaining("reference");
          budget.release();
        });
  }
}
