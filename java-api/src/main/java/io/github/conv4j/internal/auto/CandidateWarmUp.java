package io.github.conv4j.internal.auto;

import io.github.conv4j.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes calls that do not count, until the code is as fast as it will be.
 *
 * <p>Native code gets its share of the budget. Java code goes on while it still becomes faster, and
 * while it is plainly not compiled yet: that takes calls and the compiler's time, and there are
 * stretches of a quarter of a second in between without any progress. Only who stays so to the end
 * of all patience, several times under one name in one process, is not waited for any more.
 */
final class CandidateWarmUp {
  private static final int BUDGETS_FOR_COMPILATION = 12;
  private static final int MOST_DISAPPOINTMENTS = 3;
  private static final int CALM_WINDOWS = 3;
  private static final double FASTER = 1.05;
  private static final long LONGEST_WINDOW_NANOS = 10_000_000;

  /** In a window of many calls. The JVM itself takes some hundred bytes now and then. */
  private static final long MOST_HEAP_BYTES = 4_096;

  /** Where heap use is unknown: uncompiled code is so many times slower than the fastest other. */
  private static final double UNCOMPILED = 4;

  /** Where there is no other: compiled code is so many times faster than its first call. */
  private static final double COMPILED = 8;

  private static final Map<String, Integer> DISAPPOINTMENTS = new ConcurrentHashMap<>();

  private final Tensor src;
  private final Tensor dst;
  private final long budgetNanos;
  private final long shareNanos;

  /**
   * Creates a warm-up.
   *
   * @param budgetNanos for the whole race
   * @param shareNanos what each candidate may take of it here
   */
  CandidateWarmUp(Tensor src, Tensor dst, long budgetNanos, long shareNanos) {
    this.src = src;
    this.dst = dst;
    this.budgetNanos = budgetNanos;
    this.shareNanos = shareNanos;
  }

  /**
   * Makes the calls.
   *
   * @param quickest the shortest call of others, infinite where there are none
   */
  void run(TimedCandidate candidate, double quickest) {
    String name = candidate.way().toString();
    boolean isPatient =
        candidate.way().engine().warmsUp()
            && DISAPPOINTMENTS.getOrDefault(name, 0) < MOST_DISAPPOINTMENTS;
    long window = Math.min(budgetNanos / 16, LONGEST_WINDOW_NANOS);
    long begin = System.nanoTime();
    long most = shareNanos + (isPatient ? BUDGETS_FOR_COMPILATION * budgetNanos : 0);
    double best = Double.POSITIVE_INFINITY;
    int calm = 0;
    boolean isUncompiled;
    long elapsed;
    do {
      long heap = HeapUse.bytes();
      double time = candidate.calls(src, dst, window);
      long taken = heap == HeapUse.UNKNOWN ? HeapUse.UNKNOWN : HeapUse.bytes() - heap;
      boolean isFaster = time * FASTER < best;
      best = Math.min(best, time);
      isUncompiled = isPatient && isUncompiled(taken, candidate.firstNanos(), best, quickest);
      calm = isFaster || isUncompiled ? 0 : calm + 1;
      elapsed = System.nanoTime() - begin;
    } while (elapsed < most && calm < CALM_WINDOWS);
    if (isUncompiled) {
      DISAPPOINTMENTS.merge(name, 1, Integer::sum);
    }
  }

  private static boolean isUncompiled(long heapBytes, long first, double best, double quickest) {
    if (heapBytes != HeapUse.UNKNOWN) {
      return heapBytes > MOST_HEAP_BYTES;
    }
    return quickest < Double.POSITIVE_INFINITY
        ? best > UNCOMPILED * quickest
        : first <= COMPILED * best;
  }
}
