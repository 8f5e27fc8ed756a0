package io.github.conv4j.internal.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BudgetTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private static List<ExecutorService> kindsOfThreads(int count) {
    return List.of(
        Executors.newFixedThreadPool(count), Executors.newVirtualThreadPerTaskExecutor());
  }

  /** Makes a call: through the queue if need be, on this thread or, if it may move, any. */
  private static Admission make(
      Budget budget, Runnable call, boolean mayMove, @Nullable Duration longestWait) {
    Admission admission =
        budget.tryAcquire() ? Admission.PERMIT : budget.await(mayMove ? call : null, longestWait);
    if (admission == Admission.PERMIT) {
      try {
        call.run();
      } finally {
        budget.release();
      }
    }
    return admission;
  }

  private static void awaitQueued(Budget budget, int count) {
    while (budget.queued() != count) {
      Thread.onSpinWait();
    }
  }

  private static void allPermitsAreFree(Budget budget) {
    assertThat(budget.queued()).isZero();
    for (int i = 0; i < budget.threads(); i++) {
      while (!budget.tryAcquire()) {
        // A worker gives its permit back after its last caller has gone.
        Thread.onSpinWait();
      }
    }
    assertThat(budget.tryAcquire()).isFalse();
  }

  @Test
  void callsInTheQueueAreMadeOnceWithinTheBudget() throws Exception {
    for (ExecutorService kind : kindsOfThreads(8)) {
      var budget = new Budget(2);
      var inside = new AtomicInteger();
      var most = new AtomicInteger();
      var made = new AtomicInteger();
      Runnable call =
          () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            LockSupport.parkNanos(50_000);
            made.incrementAndGet();
            inside.decrementAndGet();
          };
      try (var threads = kind) {
        List<Future<?>> callers = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
          boolean mayMove = caller % 4 != 0;
          callers.add(
              threads.submit(
                  () -> {
                    for (int round = 0; round < 100; round++) {
                      assertThat(make(budget, call, mayMove, null))
                          .isIn(Admission.PERMIT, Admission.DONE);
                    }
                  }));
        }
        for (Future<?> caller : callers) {
          caller.get();
        }
      }
      assertThat(made.get()).isEqualTo(800);
      assertThat(most.get()).isBetween(1, 2);
      allPermitsAreFree(budget);
    }
  }

  @Test
  void aFailureOfADelegatedCallIsTheCallers() throws Exception {
    var budget = new Budget(1);
    try (var threads = Executors.newSingleThreadExecutor()) {
      assertThat(budget.tryAcquire()).isTrue();
      Future<?> waiting =
          threads.submit(
              () ->
                  budget.await(
                      () -> {
                        throw new IllegalStateException("of the call");
                      },
                      null));
      awaitQueued(budget, 1);
      budget.release();
      assertThatThrownBy(waiting::get)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("of the call");
      allPermitsAreFree(budget);
    }
  }

  /** Whether a worker makes a call or its own thread: first come, first served. */
  @Test
  void theOrderIsFair() throws Exception {
    List<IntPredicate> whoMayMove = List.of(i -> true, i -> false, i -> i % 3 == 0);
    for (IntPredicate mayMove : whoMayMove) {
      for (ExecutorService kind : kindsOfThreads(20)) {
        var budget = new Budget(1);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        try (var threads = kind) {
          assertThat(budget.tryAcquire()).isTrue();
          for (int i = 0; i < 20; i++) {
            int number = i;
            Future<?> _ =
                threads.submit(
                    () -> make(budget, () -> order.add(number), mayMove.test(number), LONG));
            awaitQueued(budget, i + 1);
          }
          budget.release();
        }
        assertThat(order).isEqualTo(IntStream.range(0, 20).boxed().toList());
        allPermitsAreFree(budget);
      }
    }
  }

  /** A caller that just had its turn does not overtake those who wait. */
  @Test
  void nobodyOvertakesTheQueue() throws Exception {
    var budget = new Budget(1);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    try (var threads = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 200; round++) {
        order.clear();
        assertThat(budget.tryAcquire()).isTrue();
        Future<?> waiting = threads.submit(() -> make(budget, () -> order.add(1), false, LONG));
        awaitQueued(budget, 1);
        budget.release();
        make(budget, () -> order.add(2), false, LONG);
        waiting.get();
        assertThat(order).containsExactly(1, 2);
      }
    }
  }

  @Test
  void theQueueHasALimit() throws Exception {
    for (ExecutorService kind : kindsOfThreads(4)) {
      var budget = new Budget(1, 2);
      var made = new AtomicInteger();
      try (var threads = kind) {
        assertThat(budget.tryAcquire()).isTrue();
        List<Future<Admission>> waiting = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          boolean mayMove = i == 0;
          waiting.add(threads.submit(() -> make(budget, made::incrementAndGet, mayMove, null)));
          awaitQueued(budget, i + 1);
        }
        for (boolean mayMove : new boolean[] {false, true}) {
          assertThat(make(budget, made::incrementAndGet, mayMove, null))
              .isEqualTo(Admission.QUEUE_FULL);
        }
        assertThat(made.get()).isZero();
        budget.release();
        assertThat(waiting.get(0).get()).isEqualTo(Admission.DONE);
        assertThat(waiting.get(1).get()).isEqualTo(Admission.PERMIT);
      }
      assertThat(made.get()).isEqualTo(2);
      allPermitsAreFree(budget);
    }
  }

  @Test
  void aQueueOfNobodyStillServesThreads() {
    var budget = new Budget(1, 0);
    var made = new AtomicInteger();
    assertThat(make(budget, made::incrementAndGet, true, null)).isEqualTo(Admission.PERMIT);
    assertThat(budget.tryAcquire()).isTrue();
    assertThat(make(budget, made::incrementAndGet, true, null)).isEqualTo(Admission.QUEUE_FULL);
    assertThat(made.get()).isOne();
  }

  @Test
  void whoCannotWaitIsRefusedAtOnceIfItMust() {
    var budget = new Budget(1);
    var made = new AtomicInteger();
    List<Duration> none =
        List.of(
            Duration.ZERO,
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofSeconds(-1, 1));
    for (Duration wait : none) {
      assertThat(make(budget, made::incrementAndGet, true, wait)).isEqualTo(Admission.PERMIT);
    }
    assertThat(budget.tryAcquire()).isTrue();
    for (Duration wait : none) {
      for (boolean mayMove : new boolean[] {false, true}) {
        assertThat(make(budget, made::incrementAndGet, mayMove, wait))
            .isEqualTo(Admission.DEADLINE_PASSED);
      }
    }
    assertThat(made.get()).isEqualTo(4);
  }

  /** The longest durations neither overflow into the past nor end the wait. */
  @Test
  void aVeryLongWaitIsAWait() throws Exception {
    for (Duration wait :
        List.of(
            Duration.ofNanos(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
            Duration.ofDays(200_000))) {
      var budget = new Budget(1);
      try (var threads = Executors.newSingleThreadExecutor()) {
        assertThat(budget.tryAcquire()).isTrue();
        Future<Admission> waiting = threads.submit(() -> make(budget, () -> {}, true, wait));
        awaitQueued(budget, 1);
        budget.release();
        assertThat(waiting.get()).isEqualTo(Admission.DONE);
      }
    }
  }

  @Test
  void whoHasWaitedLongEnoughLeavesAndIsNeverServed() throws Exception {
    for (ExecutorService kind : kindsOfThreads(3)) {
      for (boolean mayMove : new boolean[] {false, true}) {
        var budget = new Budget(1);
        var made = new AtomicInteger();
        assertThat(budget.tryAcquire()).isTrue();
        Future<Admission> patient =
            kind.submit(() -> make(budget, made::incrementAndGet, mayMove, LONG));
        awaitQueued(budget, 1);
        Future<Admission> impatient =
            kind.submit(
                () -> make(budget, () -> made.addAndGet(100), mayMove, Duration.ofMillis(3)));
        assertThat(impatient.get()).isEqualTo(Admission.DEADLINE_PASSED);
        assertThat(budget.queued()).isOne();
        budget.release();
        patient.get();
        assertThat(made.get()).isOne();
        allPermitsAreFree(budget);
      }
      kind.close();
    }
  }

  @Test
  void anInterruptEndsTheWaitAndStays() throws Exception {
    for (boolean mayMove : new boolean[] {false, true}) {
      for (boolean before : new boolean[] {false, true}) {
        var budget = new Budget(1);
        var made = new AtomicInteger();
        assertThat(budget.tryAcquire()).isTrue();
        var admission = new Admission[1];
        var flag = new boolean[1];
        Runnable caller =
            () -> {
              if (before) {
                Thread.currentThread().interrupt();
              }
              admission[0] = make(budget, made::incrementAndGet, mayMove, null);
              flag[0] = Thread.currentThread().isInterrupted();
            };
        Thread thread =
            mayMove ? Thread.ofVirtual().start(caller) : Thread.ofPlatform().start(caller);
        if (!before) {
          awaitQueued(budget, 1);
          thread.interrupt();
        }
        thread.join();
        assertThat(admission[0]).isEqualTo(Admission.INTERRUPTED);
        assertThat(flag[0]).isTrue();
        budget.release();
        allPermitsAreFree(budget);
        assertThat(made.get()).isZero();
      }
    }
  }

  @Test
  void aCallThatHasBegunRunsToItsEnd() throws Exception {
    var budget = new Budget(1);
    var begun = new AtomicInteger();
    var stop = new AtomicInteger();
    assertThat(budget.tryAcquire()).isTrue();
    var admission = new Admission[1];
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  Runnable call =
                      () -> {
                        begun.set(1);
                        while (stop.get() == 0) {
                          Thread.onSpinWait();
                        }
                        begun.set(2);
                      };
                  admission[0] = make(budget, call, true, Duration.ofMillis(500));
                  assertThat(Thread.interrupted()).isTrue();
                });
    awaitQueued(budget, 1);
    budget.release();
    while (begun.get() == 0) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    Thread.sleep(600);
    assertThat(caller.isAlive()).isTrue();
    stop.set(1);
    caller.join();
    assertThat(admission[0]).isEqualTo(Admission.DONE);
    assertThat(begun.get()).isEqualTo(2);
    allPermitsAreFree(budget);
  }

  /** Deadlines and interrupts at every moment: what is refused is not made, all else is, once. */
  @Test
  void refusalsRaceWithService() throws Exception {
    for (ExecutorService kind : kindsOfThreads(16)) {
      var budget = new Budget(2, 5);
      var made = new AtomicInteger();
      var served = new AtomicInteger();
      var refused = new AtomicInteger();
      try (var threads = kind) {
        List<Future<?>> callers = new ArrayList<>();
        for (int caller = 0; caller < 16; caller++) {
          int number = caller;
          callers.add(
              threads.submit(
                  () -> {
                    for (int round = 0; round < 400; round++) {
                      var mine = new AtomicInteger();
                      Runnable call =
                          () -> {
                            mine.incrementAndGet();
                            made.incrementAndGet();
                            LockSupport.parkNanos(10_000);
                          };
                      if (number == 0 && round % 3 == 0) {
                        Thread.currentThread().interrupt();
                      }
                      Duration wait = Duration.ofNanos((number * 37L + round) % 300 * 1_000);
                      Admission admission = make(budget, call, number % 2 == 0, wait);
                      Thread.interrupted();
                      boolean wasMade =
                          admission == Admission.DONE || admission == Admission.PERMIT;
                      assertThat(mine.get()).as("%s", admission).isEqualTo(wasMade ? 1 : 0);
                      (wasMade ? served : refused).incrementAndGet();
                    }
                  }));
        }
        for (Future<?> caller : callers) {
          caller.get();
        }
      }
      assertThat(made.get()).isEqualTo(served.get());
      assertThat(served.get() + refused.get()).isEqualTo(16 * 400);
      assertThat(refused.get()).isPositive();
      allPermitsAreFree(budget);
      assertThat(made.get()).isEqualTo(served.get());
    }
  }
}
