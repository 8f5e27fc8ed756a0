package io.github.conv4j.internal.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PartedCallTest {
  /** Counts how often each part ran, and by how many threads of the budget at once. */
  private static final class CountingCall extends PartedCall {
    private final AtomicIntegerArray runs;
    private final AtomicInteger inside;
    private final AtomicInteger most;
    private final long partNanos;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile int failingPart = -1;

    CountingCall(
        Budget budget, int parts, long partNanos, AtomicInteger inside, AtomicInteger most) {
      super(budget);
      this.runs = new AtomicIntegerArray(parts);
      this.partNanos = partNanos;
      this.inside = inside;
      this.most = most;
    }

    @Override
    protected int work(boolean caller) {
      threads.add(Thread.currentThread());
      int count = 0;
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      try {
        for (int part = takePart(caller); part >= 0; part = takePart(caller)) {
          runs.incrementAndGet(part);
          if (part == failingPart) {
            throw new IllegalStateException("part " + part);
          }
          LockSupport.parkNanos(partNanos);
          count++;
        }
        return count;
      } finally {
        inside.decrementAndGet();
      }
    }

    List<Integer> counts() {
      List<Integer> counts = new ArrayList<>();
      for (int i = 0; i < runs.length(); i++) {
        counts.add(runs.get(i));
      }
      return counts;
    }
  }

  private static CountingCall call(Budget budget, int parts, long partNanos) {
    return new CountingCall(budget, parts, partNanos, new AtomicInteger(), new AtomicInteger());
  }

  private static void execute(Budget budget, CountingCall call, int parts) {
    acquire(budget);
    try {
      call.run(parts);
    } finally {
      budget.release();
    }
  }

  private static void acquire(Budget budget) {
    if (!budget.tryAcquire()) {
      assertThat(budget.await(null, null)).isEqualTo(Admission.PERMIT);
    }
  }

  @Test
  void everyPartRunsOnce() {
    var budget = new Budget(3);
    CountingCall call = call(budget, 50, 0);
    for (int round = 1; round <= 200; round++) {
      execute(budget, call, 50);
      assertThat(call.counts()).containsOnly(round);
    }
  }

  @Test
  void helpersTakePart() {
    var budget = new Budget(2);
    CountingCall call = call(budget, 20, 5_000_000);
    execute(budget, call, 20);
    assertThat(call.threads).hasSize(2).contains(Thread.currentThread());
    assertThat(budget.helpedParts()).isBetween(1L, 19L);
    assertThat(call.threads)
        .filteredOn(thread -> thread != Thread.currentThread())
        .allSatisfy(
            thread -> {
              assertThat(thread.isDaemon()).isTrue();
              assertThat(thread.getName()).startsWith("conv4j-helper");
            });
  }

  @Test
  void aBudgetOfOneHasNoHelpers() {
    var budget = new Budget(1);
    CountingCall call = call(budget, 5, 0);
    execute(budget, call, 5);
    assertThat(call.threads).containsExactly(Thread.currentThread());
    assertThat(call.counts()).containsOnly(1);
  }

  /** The caller does not wait for helpers that have not begun. */
  @Test
  void onePartNeedsNobody() {
    var budget = new Budget(4);
    CountingCall call = call(budget, 1, 0);
    execute(budget, call, 1);
    assertThat(call.threads).containsExactly(Thread.currentThread());
  }

  @Test
  void callersAndHelpersTogetherKeepTheBudget() throws Exception {
    for (boolean virtual : new boolean[] {false, true}) {
      var budget = new Budget(3);
      var inside = new AtomicInteger();
      var most = new AtomicInteger();
      try (var threads =
          virtual ? Executors.newVirtualThreadPerTaskExecutor() : Executors.newFixedThreadPool(8)) {
        List<Future<?>> callers = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
          callers.add(
              threads.submit(
                  () -> {
                    var call = new CountingCall(budget, 12, 20_000, inside, most);
                    for (int round = 1; round <= 40; round++) {
                      execute(budget, call, 12);
                      assertThat(call.counts()).containsOnly(round);
                      if (round % 10 == 0) {
                        // Long enough for the crowd to be forgotten, so that helpers come in too.
                        LockSupport.parkNanos(8_000_000);
                      }
                    }
                  }));
        }
        for (Future<?> caller : callers) {
          caller.get();
        }
      }
      assertThat(most.get()).isBetween(2, 3);
      assertThat(inside.get()).isZero();
    }
  }

  @Test
  void aFailureInAPartIsTheCallers() {
    var budget = new Budget(2);
    CountingCall call = call(budget, 40, 1_000_000);
    for (int failing : new int[] {0, 1, 2, 3}) {
      call.failingPart = failing;
      assertThatThrownBy(() -> execute(budget, call, 40))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("part " + failing);
    }
    call.failingPart = -1;
    List<Integer> before = call.counts();
    execute(budget, call, 40);
    assertThat(call.counts()).isEqualTo(before.stream().map(count -> count + 1).toList());
    assertThat(budget.hasRoom()).isTrue();
  }

  @Test
  void anInterruptedCallerFinishesAndStaysInterrupted() {
    var budget = new Budget(2);
    CountingCall call = call(budget, 8, 2_000_000);
    Thread.currentThread().interrupt();
    execute(budget, call, 8);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(call.counts()).containsOnly(1);
  }

  /** Helpers hold nothing, and touch nothing, when the call of a full stack has come back. */
  @Test
  void aStackOverflowAnywhereLeavesNobodyBehind() throws Exception {
    var budget = new Budget(3);
    var inside = new AtomicInteger();
    var call = new CountingCall(budget, 12, 100_000, inside, new AtomicInteger());
    var overflows = new AtomicInteger();
    var failure = new AtomicReference<Throwable>();
    Thread deep =
        new Thread(
            null,
            () -> {
              try {
                for (int round = 0; round < 60; round++) {
                  descend(budget, call, inside, overflows, 1 + round % 7);
                }
              } catch (Throwable e) {
                failure.set(e);
              }
            },
            "deep",
            1 << 18);
    deep.start();
    deep.join();
    assertThat(failure.get()).isNull();
    assertThat(overflows.get()).isPositive();
    for (int permit = 0; permit < 3; permit++) {
      assertThat(budget.tryAcquire()).as("permit %d", permit).isTrue();
    }
    assertThat(budget.tryAcquire()).isFalse();
  }

  /** Makes the call from every few frames of the way back from the end of the stack. */
  private static void descend(
      Budget budget, CountingCall call, AtomicInteger inside, AtomicInteger overflows, int step) {
    int depth = depthOf(0);
    int first = Math.max(0, depth - 1_500);
    for (int at = first; at < depth; at += step * 37) {
      try {
        callAt(at, budget, call);
      } catch (StackOverflowError e) {
        overflows.incrementAndGet();
      }
      assertThat(inside.get()).as("threads in a call that is over").isZero();
    }
  }

  @SuppressWarnings("InfiniteRecursion") // that is the test
  private static int depthOf(int depth) {
    try {
      return depthOf(depth + 1);
    } catch (StackOverflowError e) {
      return depth;
    }
  }

  private static void callAt(int frames, Budget budget, CountingCall call) {
    if (frames > 0) {
      callAt(frames - 1, budget, call);
    } else if (budget.tryAcquire()) {
      try {
        call.run(12);
      } finally {
        budget.release();
      }
    }
  }

  @Test
  void whatFailsInAHelperToo() throws Exception {
    var budget = new Budget(2);
    var helperIsIn = new CountDownLatch(1);
    var callerFailed = new CountDownLatch(1);
    PartedCall call =
        new PartedCall(budget) {
          @Override
          protected int work(boolean caller) {
            try {
              if (caller) {
                helperIsIn.await();
                callerFailed.countDown();
                throw new IllegalStateException("of the caller");
              }
              helperIsIn.countDown();
              callerFailed.await();
              throw new OutOfMemoryError("of the helper");
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        };
    acquire(budget);
    assertThatThrownBy(() -> call.run(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("of the caller")
        .satisfies(
            thrown ->
                assertThat(thrown.getSuppressed())
                    .singleElement()
                    .isInstanceOf(OutOfMemoryError.class));
    budget.release();
    assertThat(budget.hasRoom()).isTrue();
  }

  @Test
  void helpersMakeWayForCallers() throws Exception {
    var budget = new Budget(2);
    CountingCall call = call(budget, 2_000, 1_000_000);
    try (var threads = Executors.newSingleThreadExecutor()) {
      Future<?> first = threads.submit(() -> execute(budget, call, 2_000));
      while (call.threads.size() < 2) {
        Thread.onSpinWait();
      }
      acquire(budget);
      try {
        assertThat(first.isDone()).isFalse();
        assertThat(call.counts()).contains(0);
      } finally {
        budget.release();
      }
      first.get();
      assertThat(call.counts()).containsOnly(1);
    }
  }
}
