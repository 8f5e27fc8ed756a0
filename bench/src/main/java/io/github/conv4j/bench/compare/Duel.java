package io.github.conv4j.bench.compare;

import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.results.Timing;

/** Two entries in turns, neither of which may matter to the other. */
public final class Duel {
  private static final double WARM_UP_SHARE = 0.2;
  private static final int FEWEST_TURNS = 3;

  /** Only code that the JVM's compiler has not finished with takes as long. */
  private static final double MOST_WARM_UP_NANOS = 3e9;

  private final Compiler compiler = new Compiler();

  /** The times of both. */
  public record Outcome(Timing first, Timing second) {
    /** Returns how many times longer the first took, by the fastest turns. */
    public double ratio() {
      return first.least() / second.least();
    }

    /** Returns how many times longer the first took, by the middle ones. */
    public double medianRatio() {
      return first.median() / second.median();
    }
  }

  /** Calls for a while, so that the compiler hears of the code. */
  public void call(Entry entry, double nanos, int mostCalls) {
    double begin = System.nanoTime();
    double last = Turn.time(entry, 1);
    for (int calls = 1; calls < mostCalls && System.nanoTime() - begin < nanos; ) {
      int count = Math.clamp(Math.round(1e6 / last), 1, 1000);
      last = Turn.time(entry, count);
      calls += count;
    }
  }

  /**
   * Takes turns for a while.
   *
   * @param nanosEach for each of the two
   * @param patient whether to wait first until the code is as fast as it will be
   */
  public Outcome run(Entry first, Entry second, double nanosEach, boolean patient) {
    Runner[] runners = {runner(first, nanosEach, patient), runner(second, nanosEach, patient)};
    double end = System.nanoTime() + 2 * nanosEach;
    for (int round = 0; round < FEWEST_TURNS || System.nanoTime() < end; round++) {
      runners[round % 2].turn();
      runners[1 - round % 2].turn();
      if (round > 0 && System.nanoTime() > end + 20 * nanosEach) {
        break; // who is as slow is told from few turns, too
      }
    }
    return new Outcome(timing(runners[0]), timing(runners[1]));
  }

  private Runner runner(Entry entry, double nanosEach, boolean patient) {
    double once = Turn.time(entry, 1);
    var runner = new Runner(entry, once);
    double least = WARM_UP_SHARE * nanosEach;
    if (patient) {
      double warm =
          new EntryWarmUp(compiler, least, MOST_WARM_UP_NANOS).run(entry, once, Double.MAX_VALUE);
      runner = new Runner(entry, warm);
    }
    runner.warmUp(new EntryWarmUp(compiler, least, Math.max(least, 1)));
    return runner;
  }

  private static Timing timing(Runner runner) {
    return runner.timing(runner.nanosByRound());
  }
}
