package io.github.conv4j.internal.auto;

import io.github.conv4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Finds the fastest candidate within a time budget.
 *
 * <p>Each candidate has made its first call before. A quarter of the budget goes into further calls
 * that do not count. Then the candidates take turns, in another order each round, so that whatever
 * else the machine does hits all alike; who is clearly slower leaves, and the rest of the budget
 * goes to the others. Where the end of the budget finds the race open, it goes on for up to {@value
 * MOST_MORE_BUDGETS} budgets more.
 *
 * <p>Where even the fastest first call took longer than the budget, first calls decide; only those
 * near the fastest, and those whose first calls are slow by nature, make one more.
 */
final class CandidateRace {
  private static final int MOST_MORE_BUDGETS = 3;
  private static final double NEAR = 1.25;
  private static final double HOPELESS = 3;
  private static final int SURE_ROUNDS = 6;
  private static final long SHORTEST_TURN_NANOS = 20_000;
  private static final long LONGEST_TURN_NANOS = 200_000;

  private final List<TimedCandidate> all;
  private final Tensor src;
  private final Tensor dst;
  private final long budgetNanos;
  private final long turnNanos;

  CandidateRace(List<TimedCandidate> candidates, Tensor src, Tensor dst, long budgetNanos) {
    this.all = candidates;
    this.src = src;
    this.dst = dst;
    this.budgetNanos = budgetNanos;
    this.turnNanos =
        Math.clamp(budgetNanos / (8L * candidates.size()), SHORTEST_TURN_NANOS, LONGEST_TURN_NANOS);
  }

  /** Returns the winner. */
  TimedCandidate run() {
    if (all.size() == 1) {
      return all.getFirst();
    }
    long quickest = all.stream().mapToLong(TimedCandidate::firstNanos).min().orElseThrow();
    return quickest > budgetNanos ? afterOneCall(quickest) : race(warm());
  }

  private TimedCandidate afterOneCall(long quickest) {
    List<TimedCandidate> again = new ArrayList<>(all);
    again.removeIf(
        candidate ->
            candidate.firstNanos() > NEAR * quickest && !candidate.way().engine().warmsUp());
    if (again.size() > 1) {
      again.forEach(candidate -> candidate.turn(src, dst, 0));
    }
    return new Standings(all).winner();
  }

  /** Native code first: it tells how fast a candidate can be. Returns who is worth a race. */
  private List<TimedCandidate> warm() {
    var warmUp = new CandidateWarmUp(src, dst, budgetNanos, budgetNanos / 4 / all.size());
    List<TimedCandidate> order = new ArrayList<>(all);
    order.sort(Comparator.comparing(candidate -> candidate.way().engine().warmsUp()));
    double quickest = Double.POSITIVE_INFINITY;
    for (TimedCandidate candidate : order) {
      warmUp.run(candidate, quickest);
      quickest = Math.min(quickest, candidate.shortestNanos());
    }
    List<TimedCandidate> worthIt = new ArrayList<>(all);
    double limit = HOPELESS * quickest;
    worthIt.removeIf(candidate -> candidate.shortestNanos() > limit);
    return worthIt;
  }

  private TimedCandidate race(List<TimedCandidate> racing) {
    long begin = System.nanoTime();
    long end = budgetNanos * 3 / 4;
    int rounds = 0;
    while (racing.size() > 1) {
      takeTurns(racing, rounds++);
      if (rounds % 4 == 0) {
        dismiss(racing, rounds);
      }
      long elapsed = System.nanoTime() - begin;
      if (elapsed < end) {
        continue;
      }
      var standings = new Standings(racing);
      boolean isSettled = rounds >= SURE_ROUNDS && standings.isSettled();
      if (isSettled || elapsed > MOST_MORE_BUDGETS * budgetNanos) {
        break;
      }
      if (standings.isAnyGettingFaster()) {
        racing.forEach(TimedCandidate::forgetFirstHalf);
      }
      end = elapsed + budgetNanos / 4;
    }
    return new Standings(racing).winner();
  }

  private void takeTurns(List<TimedCandidate> racing, int round) {
    List<TimedCandidate> order = new ArrayList<>(racing);
    // Else a disturbance that comes as regularly as the rounds would always hit the same.
    Collections.shuffle(order, new Random(round));
    for (TimedCandidate candidate : order) {
      candidate.turn(src, dst, turnNanos);
    }
  }

  private static void dismiss(List<TimedCandidate> racing, int rounds) {
    double limit = limit(rounds);
    var standings = new Standings(List.copyOf(racing));
    racing.removeIf(candidate -> standings.isBeaten(candidate, limit));
  }

  /** The more turns there were, the less is needed to be sure that someone will not win. */
  private static double limit(int rounds) {
    if (rounds < 8) {
      return HOPELESS;
    }
    if (rounds < 16) {
      return 1.6;
    }
    return rounds < 32 ? 1.3 : 1.15;
  }
}
