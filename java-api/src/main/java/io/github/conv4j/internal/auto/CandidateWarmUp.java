package io.github.conv4j.internal.auto;

import io.github.conv4j.internal.ready.HeapUse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes calls that do not count, until the code is as fast as it will be, or plainly too slow.
 *
 * <p>Native code makes a few. Java code goes on while it still becomes faster, and while it is not
 * compiled yet: that takes calls and the compiler's time, and there are stretches of a quarter of a
 * second in between without any progress. All candidates of one problem together are waited for so
 * long, and none of them for all of that; and who stays uncompiled to the end of all patience,
 * several times under one name in one process, is not waited for until the whole of a problem is
 * compiled under that name.
 */
final class CandidateWarmUp {
  /** Whoever is so many times slower than another after its warm-up is out. */
  static final double HOPELESS = 2;

  private static final int BUDGETS_FOR_COMPILATION = 12;
  private static final int BUDGETS_FOR_ONE = 8;
  private static final int BUDGETS_FOR_THE_LAST_PARTS = 2;
  private static final int MOST_DISAPPOINTMENTS = 3;
  private static final int CALM_WINDOWS = 3;
  private static final int LOOKS = 3;
  private static final int WINDOWS_OF_BUDGET = 64;
  private static final int WINDOWS_OF_PART = 8 * WINDOWS_OF_BUDGET;
  private static final double FASTER = 1.05;
  private static final long LONGEST_WINDOW_NANOS = 10_000_000;

  /**
   * A thread of the JIT compiler that takes the processor keeps it for some milliseconds, so that a
   * call of 200 µs may take 5 ms, and only one of several tells the truth.
   */
  private static final long LONGEST_DISTURBANCE_NANOS = 20_000_000;

  private static final int LEAST_CALLS = 4;

  /** Who is so far behind, beyond what one such disturbance explains, need not call as often. */
  private static final int LEAST_CALLS_OF_FAR_BEHIND = 2;

  private static final double FAR_BEHIND = 8;
  private static final long LONGEST_STOLEN_NANOS = 5_000_000;

  /** In a window of many calls. The JVM itself takes some hundred bytes now and then. */
  private static final long MOST_HEAP_BYTES = 4_096;

  /**
   * Code that is not compiled makes an object of every vector. With less than this almost all is
   * compiled, and the rest may stay as it is for ever.
   */
  private static final double LEAST_BYTES_PER_PRODUCT = 0.25;

  /** Where heap use is unknown: uncompiled code is so many times slower than the fastest other. */
  private static final double UNCOMPILED = 4;

  /** Where there is no other: compiled code is so many times faster than its first call. */
  private static final double COMPILED = 8;

  private static final Map<String, Integer> DISAPPOINTMENTS = new ConcurrentHashMap<>();

  private final long budgetNanos;
  private final long shareNanos;
  private final long windowNanos;
  private final Stopwatch stopwatch;
  private final MeasuringTurns turns;
  private long patienceNanos;

  /**
   * Creates the warm-up of all candidates of a problem.
   *
   * @param budgetNanos for the whole race
   * @param candidateCount among how many a quarter of the budget is shared
   */
  CandidateWarmUp(long budgetNanos, int candidateCount, Stopwatch stopwatch, MeasuringTurns turns) {
    this.budgetNanos = budgetNanos;
    this.shareNanos = budgetNanos / 4 / candidateCount;
    this.windowNanos = Math.min(budgetNanos / WINDOWS_OF_BUDGET, LONGEST_WINDOW_NANOS);
    this.patienceNanos = BUDGETS_FOR_COMPILATION * budgetNanos;
    this.stopwatch = stopwatch;
    this.turns = turns;
  }

  /**
   * Makes the calls.
   *
   * @param quickest the shortest call of others, infinite where there are none
   * @return whether the candidate is compiled, as far as can be told
   */
  boolean run(TimedCandidate candidate, MeasuredProblem problem, double quickest)
      throws InterruptedException {
    if (candidate.way().engine().warmsUp()) {
      return runJava(candidate, problem, quickest, windowNanos, CALM_WINDOWS);
    }
    long first = candidate.firstNanos();
    boolean isSure = first > LONGEST_DISTURBANCE_NANOS;
    if (first >= budgetNanos || (isSure && first > 2 * HOPELESS * quickest)) {
      return true;
    }
    boolean isFarBehind = first > FAR_BEHIND * quickest + LONGEST_STOLEN_NANOS;
    int least = isSure ? 1 : isFarBehind ? LEAST_CALLS_OF_FAR_BEHIND : LEAST_CALLS;
    long before = candidate.spentNanos();
    turns.take(() -> candidate.calls(problem.src(), problem.dst(), 0, least));
    long left = Math.min(windowNanos / 2, shareNanos) - (candidate.spentNanos() - before);
    if (left > 0 && candidate.shortestNanos() <= HOPELESS * quickest) {
      turns.take(() -> candidate.calls(problem.src(), problem.dst(), left));
    }
    return true;
  }

  /**
   * Makes the calls of a part of the problem until Java code is compiled, and no more. Where heap
   * use is unknown nothing tells when that is, and the whole is left to do it.
   */
  void compile(TimedCandidate candidate, MeasuredProblem part) throws InterruptedException {
    if (stopwatch.heapBytes() != HeapUse.UNKNOWN) {
      runJava(candidate, part, Double.POSITIVE_INFINITY, budgetNanos / WINDOWS_OF_PART, 0);
    }
  }

  /** Notes that the whole of a problem is compiled, so that others of its name are waited for. */
  void forgive(TimedCandidate candidate) {
    DISAPPOINTMENTS.remove(candidate.way().toString());
  }

  /** Makes some more calls of a candidate that looks slow, now that everything else is warm. */
  void lookAgain(TimedCandidate candidate, MeasuredProblem problem) throws InterruptedException {
    for (int i = 0; i < (candidate.shortestNanos() > LONGEST_DISTURBANCE_NANOS ? 0 : LOOKS); i++) {
      turns.take(() -> candidate.calls(problem.src(), problem.dst(), windowNanos / LOOKS));
    }
  }

  private boolean runJava(
      TimedCandidate candidate,
      MeasuredProblem problem,
      double quickest,
      long nanosOfWindow,
      int calmWindows)
      throws InterruptedException {
    String name = candidate.way().toString();
    boolean isPatient = DISAPPOINTMENTS.getOrDefault(name, 0) < MOST_DISAPPOINTMENTS;
    long patienceForThis = Math.min(patienceNanos, BUDGETS_FOR_ONE * budgetNanos);
    long patienceForLastParts = BUDGETS_FOR_THE_LAST_PARTS * budgetNanos;
    double best = Double.POSITIVE_INFINITY;
    int calm = 0;
    long spent = 0;
    while (true) {
      var window = new Window(candidate, problem, nanosOfWindow);
      turns.take(window);
      boolean isFaster = window.callNanos * FASTER < best;
      best = Math.min(best, window.callNanos);
      if (!isUncompiled(window.heapBytes, candidate.firstNanos(), best, quickest)) {
        spent += window.nanos;
        calm = isFaster ? 0 : calm + 1;
        boolean isHopeless = best > (calm > 0 ? HOPELESS : 2 * HOPELESS) * quickest;
        if (isHopeless || calm >= calmWindows || spent >= shareNanos) {
          return true;
        }
        continue;
      }
      calm = 0;
      patienceNanos -= window.nanos;
      patienceForThis -= window.nanos;
      patienceForLastParts -= window.isAlmostCompiled() ? window.nanos : 0;
      if (!isPatient || patienceForThis <= 0 || patienceForLastParts <= 0) {
        if (isPatient) {
          DISAPPOINTMENTS.merge(name, 1, Integer::sum);
        }
        return false;
      }
    }
  }

  /** For tests: makes this process as patient as a new one. */
  static void forgetThisProcess() {
    DISAPPOINTMENTS.clear();
  }

  private static boolean isUncompiled(long heapBytes, long first, double best, double quickest) {
    if (heapBytes != HeapUse.UNKNOWN) {
      return heapBytes > MOST_HEAP_BYTES;
    }
    return quickest < Double.POSITIVE_INFINITY
        ? best > UNCOMPILED * quickest
        : first <= COMPILED * best;
  }

  /** Some calls, and what they took. */
  private final class Window implements Runnable {
    private final TimedCandidate candidate;
    private final MeasuredProblem problem;
    private final long wantedNanos;
    private double callNanos;
    private long nanos;
    private long heapBytes;

    Window(TimedCandidate candidate, MeasuredProblem problem, long wantedNanos) {
      this.candidate = candidate;
      this.problem = problem;
      this.wantedNanos = wantedNanos;
    }

    @Override
    public void run() {
      long before = candidate.spentNanos();
      long heap = stopwatch.heapBytes();
      callNanos = candidate.calls(problem.src(), problem.dst(), wantedNanos);
      heapBytes = heap == HeapUse.UNKNOWN ? HeapUse.UNKNOWN : stopwatch.heapBytes() - heap;
      nanos = candidate.spentNanos() - before;
    }

    boolean isAlmostCompiled() {
      double calls = nanos / callNanos;
      return heapBytes != HeapUse.UNKNOWN
          && heapBytes < LEAST_BYTES_PER_PRODUCT * calls * problem.products();
    }
  }
}
