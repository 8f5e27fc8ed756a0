package io.github.conv4j.bench.compare;

import io.github.conv4j.bench.contender.Entry;

/**
 * Calls until the code is as fast as it will be.
 *
 * <p>Code that uses the Vector API is slower by orders of magnitude until the JVM's last compiler
 * has finished with it, which may take seconds; no figure before that means anything. So the end
 * waits for the compiler, for calls enough that it was asked at all, and for the speed that was
 * seen before.
 */
final class EntryWarmUp {
  /** HotSpot compiles for the last time after so many calls at the most. */
  private static final long ENOUGH_CALLS = 12_000;

  /** Or after this time. */
  private static final double ENOUGH_NANOS = 200e6;

  /** A call that takes longer has loops inside that ask the compiler. */
  private static final double LONG_CALL_NANOS = 300e3;

  private static final double QUIET_NANOS = 30e6;
  private static final double BATCH_NANOS = 5e6;
  private static final double AS_FAST = 1.15;

  private final Compiler compiler;
  private final double leastNanos;
  private final double mostNanos;

  EntryWarmUp(Compiler compiler, double leastNanos, double mostNanos) {
    this.compiler = compiler;
    this.leastNanos = leastNanos;
    this.mostNanos = mostNanos;
  }

  /**
   * Calls.
   *
   * @param callNanos what the last call took
   * @param knownNanos what a call took when it was warm; MAX_VALUE if that is not known
   * @return what a call took at the end
   */
  double run(Entry entry, double callNanos, double knownNanos) {
    double begin = System.nanoTime();
    double lastBusy = begin;
    double best = knownNanos;
    double last = callNanos;
    double now = begin;
    long calls = 0;
    boolean warm = last > mostNanos;
    while (!warm) {
      int count = Math.clamp(Math.round(BATCH_NANOS / last), 1, 10_000);
      last = Turn.time(entry, count);
      best = Math.min(best, last);
      calls += count;
      now = System.nanoTime();
      if (compiler.isBusy()) {
        lastBusy = now;
      }
      boolean asked =
          knownNanos < Double.MAX_VALUE
              || last > LONG_CALL_NANOS
              || calls >= ENOUGH_CALLS
              || now - begin >= ENOUGH_NANOS;
      warm =
          now - begin + last > mostNanos
              || (now - begin >= leastNanos
                  && asked
                  && now - lastBusy >= QUIET_NANOS
                  && last <= AS_FAST * best);
    }
    return last;
  }
}
