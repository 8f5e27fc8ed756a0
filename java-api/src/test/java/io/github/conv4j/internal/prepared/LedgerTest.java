package io.github.conv4j.internal.prepared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.conv4j.Convolution;
import io.github.conv4j.contract.LogCapture;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who closes what was prepared, and when. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LedgerTest {
  private static final Convolution CONVOLUTION =
      Convolution.conv1d(1, 1).kernel(1).bias(false).build();
  private static final TensorSpec SPEC = TensorSpec.f32(Layout.channelsFirst(3), 1, 1, 4);

  private final Ledger ledger = new Ledger("fake", EngineOptions.defaults().withThreads(1));
  private final AtomicInteger open = new AtomicInteger();

  private final class Memory implements AutoCloseable {
    Memory() {
      open.incrementAndGet();
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private final class Fake extends CheckedConvolution<Memory> {
    Fake(Ledger ledger, @Nullable Explanation explanation, AutoCloseable packed) {
      super(
          SPEC, SPEC, List.of(), orNull(explanation), ledger, new Slots<>(1, Memory::new), packed);
    }

    @SuppressWarnings("NullAway") // the constructor shall fail
    private static Explanation orNull(@Nullable Explanation explanation) {
      return explanation;
    }

    @Override
    void run(Memory memory, Tensor src, Tensor dst, Tensor[] operands) {}
  }

  private static Explanation explanation() {
    try (Engine engine = Engines.named("reference");
        PreparedConvolution prepared = engine.prepare(CONVOLUTION, SPEC, new float[] {1}, null)) {
      return prepared.explain();
    }
  }

  @Test
  void aConstructorThatFailsLeavesNoWorkingMemory() {
    assertThatNullPointerException().isThrownBy(() -> new Fake(ledger, null, () -> {}));
    assertThat(open.get()).isZero();
    assertThat(ledger.workingByteSize()).isZero();
  }

  /** What the engine closes next may be what the convolution's closing still needs. */
  @Test
  void theEngineWaitsForWhomAnotherThreadCloses() throws Exception {
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var fake =
        new Fake(
            ledger,
            explanation(),
            () -> {
              begun.countDown();
              goOn.await();
            });
    Thread first = Thread.ofPlatform().daemon().start(fake::close);
    begun.await();
    Thread second = Thread.ofPlatform().daemon().start(ledger::close);
    assertThat(second.join(Duration.ofMillis(100))).as("the engine is closed").isFalse();
    assertThat(first.isAlive()).isTrue();
    goOn.countDown();
    first.join();
    second.join();
    assertThat(open.get()).isZero();
  }

  /** Each closes what the other wants to close too. */
  @Test
  void closingACompositionAndItsEngineAtOnceEnds() throws Exception {
    Explanation explanation = explanation();
    try (LogCapture _ = LogCapture.open()) {
      for (int round = 0; round < 500; round++) {
        var another = new Ledger("fake", EngineOptions.defaults().withThreads(1));
        PreparedConvolution part = new Fake(another, explanation, () -> {});
        var whole = new Fake(another, explanation, part);
        Thread closing = Thread.ofPlatform().daemon().start(whole::close);
        another.close();
        assertThat(open.get()).isZero();
        closing.join();
      }
    }
  }

  /**
   * A stack overflow may lose a slot, in a part of a composition too; others wait for the cleaner.
   */
  @Test
  void aForgottenConvolutionThatLostASlotKeepsNobodyWaiting() throws Exception {
    var closed = new AtomicInteger();
    try (LogCapture log = LogCapture.open()) {
      forget(closed);
      while (closed.get() < 3) {
        System.gc();
        Thread.sleep(10);
      }
      while (log.lines(Level.WARNING).size() < 2) {
        Thread.sleep(1);
      }
      ledger.close();
      assertThat(log.lines(Level.WARNING))
          .hasSize(2)
          .allMatch(line -> line.contains("never closed"));
    }
    assertThat(open.get()).as("the lost ones").isEqualTo(2);
  }

  private void forget(AtomicInteger closed) {
    var lost = new Fake(ledger, explanation(), closed::incrementAndGet);
    lost.slots().claim();
    var part = new Fake(ledger, explanation(), closed::incrementAndGet);
    part.slots().claim();
    var whole =
        new Fake(
            ledger,
            explanation(),
            () -> {
              part.close();
              closed.incrementAndGet();
            });
    assertThat(whole.slotCount()).isOne();
  }
}
