package io.github.conv4j.internal.auto;

import io.github.conv4j.EngineFailureException;
import io.github.conv4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the fastest of candidates that are warm.
 *
 * <p>The candidates take turns, in another order each round, so that whatever else the machine does
 * hits all alike; who is clearly slower leaves. The race ends as soon as one is left, or as more
 * turns would hardly change the winner and at least a tenth of the budget was spent; where three
 * quarters of the budget find it open, it goes on for up to {@value MOST_BUDGETS} budgets.
 *
 * <p>Where even the fastest call took longer than the budget, only those near the fastest make one
 * more.
 */
final class CandidateRace {
  private static final int MOST_BUDGETS = 3;
  private static final double NEAR = 1.25;
  private static final int SURE_ROUNDS = 6;
  private static final int ENOUGH_ROUNDS = 16;
  private static final int LEAST_PART_OF_BUDGET = 10;
  private static final int ROUNDS_OF_LONG_CALLS = 4;
  private static final long SHORTEST_TURN_NANOS = 20_000;
  private static final long LONGEST_TURN_NANOS = 200_000;

  private final List<TimedCandidate> all;
  private final Tensor src;
  private final Tensor dst;
  private final long budgetNanos;
  private final long turnNanos;
  private final MeasuringTurns turns;
  private final BiConsumer<TimedCandidate, EngineFailureException> failed;

  /**
   * Creates a race.
   *
   * @param candidates at least one; who comes earlier is preferred
   * @param failed is told of those whose calls fail, which the race goes on without
   */
  CandidateRace(
      List<TimedCandidate> candidates,
      Tensor src,
      Tensor dst,
      long budgetNanos,
      MeasuringTurns turns,
      BiConsumer<TimedCandidate, EngineFailureException> failed) {
    this.all = List.copyOf(candidates);
    this.failed = failed;
    this.src = src;
    this.dst = dst;
    this.budgetNanos = budgetNanos;
    this.turns = turns;
    this.turnNanos =
        Math.clamp(budgetNanos / (8L * candidates.size()), SHORTEST_TURN_NANOS, LONGEST_TURN_NANOS);
  }

  /** Returns the winner; null if all that could have won have failed. */
  @Nullable TimedCandidate run() throws InterruptedException {
    double quickest = all.stream().mapToDouble(TimedCandidate::shortestNanos).min().orElseThrow();
    if (all.size() == 1) {
      return all.getFirst();
    }
    return quickest > budgetNanos ? afterOneMore(quickest) : race(quickest);
  }

  private @Nullable TimedCandidate afterOneMore(double quickest) throws InterruptedException {
    List<TimedCandidate> again = new ArrayList<>(all);
    again.removeIf(candidate -> candidate.shortestNanos() > NEAR * quickest);
    if (again.size() > 1) {
      for (TimedCandidate candidate : List.copyOf(again)) {
        takeTurn(candidate, 0, again);
      }
    }
    return again.isEmpty() ? null : new Standings(again).winner();
  }

  /** Lets a candidate make its calls, or takes it out of the race. */
  private void takeTurn(TimedCandidate candidate, long nanos, List<TimedCandidate> racing)
      throws InterruptedException {
    try {
      turns.take(() -> candidate.turn(src, dst, nanos));
    } catch (EngineFailureException e) {
      racing.remove(candidate);
      failed.accept(candidate, e);
    }
  }

  private @Nullable TimedCandidate race(double quickest) throws InterruptedException {
    List<TimedCandidate> racing = new ArrayList<>(all);
    boolean isLong = racing.stream().anyMatch(c -> c.isLong() && c.shortestNanos() <= quickest);
    long end = budgetNanos * 3 / 4;
    long spent = 0;
    int rounds = 0;
    while (racing.size() > 1) {
      spent += takeTurns(racing, rounds++);
      if (isLong || rounds % 4 == 0) {
        dismiss(racing, isLong ? ROUNDS_OF_LONG_CALLS * rounds : rounds);
      }
      boolean isEnd = spent >= end;
      boolean mayEnd =
          isEnd
              ? rounds >= SURE_ROUNDS
              : rounds >= ENOUGH_ROUNDS && spent >= budgetNanos / LEAST_PART_OF_BUDGET;
      var standings = new Standings(racing);
      if ((mayEnd && standings.isSettled()) || spent > MOST_BUDGETS * budgetNanos) {
        break;
      }
      if (isEnd) {
        if (standings.isAnyGettingFaster()) {
          racing.forEach(TimedCandidate::forgetFirstHalf);
        }
        end = spent + budgetNanos / 4;
      }
    }
    return new Standings(racing).winner();
  }

  /** Returns what the turns took. */
  private long takeTurns(List<TimedCandidate> racing, int round) throws InterruptedException {
    List<TimedCandidate> order = new ArrayList<>(racing);
    // Else a disturbance that comes as regularly as the rounds would always hit the same.
    Collections.shuffle(order, new Random(round));
    long spent = 0;
    for (TimedCandidate candidate : order) {
      long before = candidate.spentNanos();
      takeTurn(candidate, turnNanos, racing);
      spent += candidate.spentNanos() - before;
    }
    return spent;
  }

  private static void dismiss(List<TimedCandidate> racing, int rounds) {
    double limit = limit(rounds);
    var standings = new Standings(List.copyOf(racing));
    racing.removeIf(candidate -> standings.isBeaten(candidate, limit));
  }

  /** The more turns there were, the less is needed to be sure that someone will not win. */
  private static double limit(int rounds) {
    if (rounds < 8) {
      return 2;
    }
    if (rounds < 16) {
      return 1.5;
    }
    return rounds < 32 ? 1.25 : 1.12;
  }
}
