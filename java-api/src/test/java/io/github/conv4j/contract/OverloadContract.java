package io.github.conv4j.contract;

import static io.github.conv4j.contract.ConcurrencyContract.requireEqual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.conv4j.CallInterruptedException;
import io.github.conv4j.CallRefusedException;
import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.DeadlineExceededException;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.QueueFullException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineLoad;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.internal.prepared.BudgetedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * More callers than an engine has room for: each gets its result or is refused with its own
 * exception, and nothing is computed for the refused, then or later.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
abstract class OverloadContract extends EngineContract {
  private static final int CALLERS = 64;
  private static final Duration DEADLINE = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Shape LARGE_SRC = Shape.of(1, 8, 40, 40);

  private Engine narrow(int queueLimit) {
    return Engines.named(
        engineName(), EngineOptions.defaults().withThreads(1).withQueueLimit(queueLimit));
  }

  private static PreparedConvolution plain(Engine engine, Shape src) {
    return engine.prepare(PLAIN, spec(Layout.NHWC, src), plainWeights(), plainBias());
  }

  /** What one caller saw. */
  private record Seen(Tensor dst, boolean served) {}

  @Test
  void sixtyFourCallersOfAQueueOfOne() throws Exception {
    float[] input = Runs.integers(LARGE_SRC, 3);
    List<Supplier<ExecutorService>> kinds =
        List.of(
            () -> Executors.newFixedThreadPool(CALLERS),
            Executors::newVirtualThreadPerTaskExecutor);
    for (Supplier<ExecutorService> kind : kinds) {
      try (Engine engine = narrow(1);
          PreparedConvolution prepared = plain(engine, LARGE_SRC);
          Arena arena = Arena.ofShared()) {
        float[] expected = Runs.execute(prepared, input);
        var served = new AtomicInteger();
        var refused = new AtomicInteger();
        var start = new CountDownLatch(CALLERS);
        List<Future<Seen>> callers = new ArrayList<>();
        List<Seen> all = new ArrayList<>();
        try (ExecutorService threads = kind.get()) {
          for (int caller = 0; caller < CALLERS; caller++) {
            Tensor src = Tensor.ofFloats(prepared.src(), input, arena);
            Tensor dst = Tensor.allocate(prepared.dst(), arena);
            callers.add(
                threads.submit(
                    () -> {
                      start.countDown();
                      start.await();
                      boolean done = true;
                      for (int call = 0; call < 20; call++) {
                        dst.fill(Float.NaN);
                        done = isServed(prepared, src, dst);
                        if (done) {
                          requireEqual(dst.toFloatArray(), expected);
                        }
                        (done ? served : refused).incrementAndGet();
                      }
                      return new Seen(dst, done);
                    }));
          }
          for (Future<Seen> caller : callers) {
            all.add(caller.get());
          }
        }
        assertThat(served.get()).isPositive();
        assertThat(served.get() + refused.get()).isEqualTo(20 * CALLERS);
        for (Seen seen : all) {
          if (!seen.served) {
            assertThat(seen.dst.toFloatArray()).containsOnly(Float.NaN);
          }
        }
        assertThat(Runs.execute(prepared, input)).containsExactly(expected);
      }
    }
  }

  private static boolean isServed(PreparedConvolution prepared, Tensor src, Tensor dst) {
    try {
      prepared.execute(src, dst, DEADLINE);
      return true;
    } catch (QueueFullException | DeadlineExceededException refused) {
      return false;
    }
  }

  /** A convolution, and what is composed of several: each holds one permit. */
  private List<PreparedConvolution> everyKind(Engine engine, Arena arena) {
    Convolution reflecting =
        PLAIN.toBuilder().padding(Padding.symmetric(1).mode(PaddingMode.REFLECT)).build();
    ConvolutionSequence sequence = ConvolutionSequence.of(new ChannelShuffle(8, 2), PLAIN);
    return List.of(
        plain(engine, PLAIN_SRC),
        engine.prepare(reflecting, plainSrc(), plainWeights(), plainBias()),
        engine.prepare(
            sequence,
            plainSrc(),
            Runs.parameters(sequence, List.of(plainWeights()), List.of(plainBias()), arena)));
  }

  private static Budget budget(PreparedConvolution prepared) {
    return ((BudgetedConvolution) prepared).budget();
  }

  private static void awaitQueued(Budget budget, int count) {
    while (budget.queued() != count) {
      Thread.onSpinWait();
    }
  }

  /** Someone else computes all the time: nobody gets in, everybody is told why. */
  @Test
  void aBusyEngineRefusesEachInItsWay() throws Exception {
    try (Engine engine = narrow(1);
        Arena shared = Arena.ofShared();
        Arena confined = Arena.ofConfined()) {
      for (PreparedConvolution prepared : everyKind(engine, shared)) {
        Budget budget = budget(prepared);
        for (Arena arena : List.of(shared, confined)) {
          Tensor src = Tensor.ofFloats(prepared.src(), plainValues(), arena);
          Tensor dst = Tensor.allocate(prepared.dst(), arena);
          dst.fill(Float.NaN);
          prepared.execute(src, dst, Duration.ZERO);
          float[] expected = dst.toFloatArray();
          dst.fill(Float.NaN);
          assertThat(engine.load()).isEqualTo(EngineLoad.NONE);
          assertThat(budget.tryAcquire()).isTrue();
          assertThat(engine.load()).isEqualTo(new EngineLoad(1, 0));

          refuses(prepared, () -> prepared.execute(src, dst, Duration.ZERO), "PT0S");
          refuses(prepared, () -> prepared.execute(src, dst, Duration.ofSeconds(-1)), "PT-1S");
          refuses(prepared, () -> prepared.execute(src, dst, DEADLINE), DEADLINE.toString());
          refusesTheInterrupted(prepared, () -> prepared.execute(src, dst));
          refusesTheInterrupted(prepared, () -> prepared.execute(src, dst, LONG));
          Tensor other = Tensor.allocate(prepared.dst(), shared);
          Tensor from = Tensor.ofFloats(prepared.src(), plainValues(), shared);
          Thread waiting = Thread.ofPlatform().start(() -> prepared.execute(from, other));
          awaitQueued(budget, 1);
          assertThat(engine.load()).isEqualTo(new EngineLoad(1, 1));
          assertThatExceptionOfType(QueueFullException.class)
              .isThrownBy(() -> prepared.execute(src, dst))
              .withMessageContaining("may: 1");
          assertThatExceptionOfType(QueueFullException.class)
              .isThrownBy(() -> prepared.execute(src, dst, LONG));
          assertThat(dst.toFloatArray()).containsOnly(Float.NaN);

          budget.release();
          waiting.join();
          assertThat(other.toFloatArray()).containsExactly(expected);
          assertThat(dst.toFloatArray()).containsOnly(Float.NaN);
          prepared.execute(src, dst, LONG);
          assertThat(dst.toFloatArray()).containsExactly(expected);
        }
        prepared.close();
      }
    }
  }

  private void refuses(PreparedConvolution prepared, Runnable call, String waited) {
    Throwable thrown = catchThrowable(call::run);
    assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class);
    assertFields((CallRefusedException) thrown, prepared);
    assertThat(thrown).hasMessageContaining(waited);
  }

  private void refusesTheInterrupted(PreparedConvolution prepared, Runnable call) {
    Thread.currentThread().interrupt();
    Throwable thrown = catchThrowable(call::run);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(thrown).isExactlyInstanceOf(CallInterruptedException.class);
    assertFields((CallRefusedException) thrown, prepared);
  }

  private static void assertFields(CallRefusedException refused, PreparedConvolution prepared) {
    assertThat(refused.problem()).hasValue(prepared.explain().problem());
    assertThat(refused.engine()).isNotEmpty();
    assertThat(refused.reason()).isNotEmpty();
    assertThat(refused).hasMessageContainingAll(refused.engine(), refused.reason());
  }

  @Test
  void anInterruptedCallerThatNeedNotWaitIsServed() {
    try (Engine engine = narrow(0);
        PreparedConvolution prepared = plain(engine, PLAIN_SRC);
        Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.ofFloats(prepared.src(), plainValues(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      Thread.currentThread().interrupt();
      prepared.execute(src, dst);
      prepared.execute(src, dst, Duration.ZERO);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(dst.toFloatArray()).containsExactly(plainExpected());
      assertThatNullPointerException().isThrownBy(() -> prepared.execute(src, dst, null));
    }
  }

  /** Each call doubles what the one before has written: only the fair order gives the power. */
  @Test
  void callersAreServedInTheirOrder() throws Exception {
    int count = 12;
    for (boolean virtual : new boolean[] {false, true}) {
      try (Engine engine = narrow(count);
          PreparedConvolution doubling =
              engine.prepare(
                  Convolution.conv2d(1, 1).kernel(1).bias(false).build(),
                  spec(Layout.NCHW, Shape.of(1, 1, 4, 4)),
                  new float[] {2},
                  null);
          Arena arena = Arena.ofShared()) {
        Budget budget = budget(doubling);
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i <= count; i++) {
          tensors.add(Tensor.allocate(doubling.src(), arena));
          tensors.get(i).fill(i == 0 ? 1 : 0);
        }
        assertThat(budget.tryAcquire()).isTrue();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          Tensor src = tensors.get(i);
          Tensor dst = tensors.get(i + 1);
          Runnable call = () -> doubling.execute(src, dst);
          callers.add(virtual ? Thread.ofVirtual().start(call) : Thread.ofPlatform().start(call));
          awaitQueued(budget, i + 1);
        }
        budget.release();
        for (Thread caller : callers) {
          caller.join();
        }
        assertThat(tensors.getLast().toFloatArray()).containsOnly(1 << count);
      }
    }
  }
}
