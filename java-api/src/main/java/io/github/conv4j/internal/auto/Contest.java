package io.github.conv4j.internal.auto;

import io.github.conv4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the fastest contestant within a time budget.
 *
 * <p>Each contestant has made its first call before. A quarter of the budget goes into further
 * calls that do not count. Then the contestants take turns, so that whatever else the machine does
 * hits all alike; who is clearly slower leaves, and the rest of the budget goes to the others. The
 * lowest median of turns wins; within {@value TIE} of it, whoever comes first in the list.
 *
 * <p>Where even the fastest first call took longer than the budget, first calls decide; only
 * contestants whose first calls are slow by nature, those of Java code, make one more.
 */
final class Contest {
  static final double TIE = 1.02;

  /** Java code that seems not to be compiled yet gets so many budgets for becoming compiled. */
  private static final int BUDGETS_FOR_COMPILATION = 8;

  /** Who stays slow so often, of one name in one process, is slow by nature. */
  private static final int MOST_DISAPPOINTMENTS = 3;

  private static final int LEAST_ROUNDS = 3;
  private static final double HOPELESS = 2;
  private static final int SURE_ROUNDS = 12;
  private static final double CLEARLY_SLOWER = 1.25;
  private static final long SHORTEST_TURN_NANOS = 20_000;
  private static final long LONGEST_TURN_NANOS = 200_000;
  private static final long LONGEST_WINDOW_NANOS = 10_000_000;
  private static final double SETTLED = 1.05;

  /** Compiled code is so many times faster, and more, than the same code before. */
  private static final double COMPILED = 8;

  /** Uncompiled code is so many times slower, and more, than the fastest contestant. */
  private static final double UNCOMPILED = 4;

  private static final Map<String, Integer> DISAPPOINTMENTS = new ConcurrentHashMap<>();

  private final List<Contestant> all;
  private final Tensor src;
  private final Tensor dst;
  private final long budgetNanos;
  private final long turnNanos;

  Contest(List<Contestant> contestants, Tensor src, Tensor dst, long budgetNanos) {
    this.all = contestants;
    this.src = src;
    this.dst = dst;
    this.budgetNanos = budgetNanos;
    this.turnNanos =
        Math.clamp(
            budgetNanos / (8L * contestants.size()), SHORTEST_TURN_NANOS, LONGEST_TURN_NANOS);
  }

  /** Returns the winner. */
  Contestant run() {
    if (all.size() == 1) {
      return all.getFirst();
    }
    long quickest = all.stream().mapToLong(Contestant::firstNanos).min().orElseThrow();
    if (quickest > budgetNanos) {
      for (Contestant contestant : all) {
        if (contestant.way().engine().warmsUp()) {
          contestant.turn(src, dst, 0);
        }
      }
      return fastest(all);
    }
    warmUp();
    return race();
  }

  /** Native code first: it tells how fast a contestant can be. */
  private void warmUp() {
    long share = budgetNanos / 4 / all.size();
    double quickest = Double.POSITIVE_INFINITY;
    List<Contestant> order = new ArrayList<>(all);
    order.sort(Comparator.comparing(contestant -> contestant.way().engine().warmsUp()));
    for (Contestant contestant : order) {
      if (!contestant.way().engine().warmsUp()) {
        quickest = Math.min(quickest, warmUp(contestant, share, quickest, false));
        continue;
      }
      String name = contestant.way().toString();
      Integer disappointments = DISAPPOINTMENTS.putIfAbsent(name, 0);
      boolean patient =
          disappointments == null
              || (quickest < Double.POSITIVE_INFINITY && disappointments < MOST_DISAPPOINTMENTS);
      long most = share + (patient ? BUDGETS_FOR_COMPILATION * budgetNanos : 0);
      double best = warmUp(contestant, most, quickest, patient);
      if (patient && best > UNCOMPILED * quickest) {
        DISAPPOINTMENTS.merge(name, 1, Integer::sum);
      }
      quickest = Math.min(quickest, best);
    }
  }

  /**
   * Makes calls until they no longer get faster.
   *
   * @param quickest the fastest call of others, infinite where there are none
   * @param patient whether to go on where the code seems not to be compiled yet
   * @return the fastest time of a call
   */
  private double warmUp(Contestant contestant, long mostNanos, double quickest, boolean patient) {
    long window = Math.clamp(budgetNanos / 16, turnNanos, LONGEST_WINDOW_NANOS);
    double first = contestant.firstNanos();
    double best = Double.POSITIVE_INFINITY;
    int settled = 0;
    long end = System.nanoTime() + mostNanos;
    do {
      double time = contestant.calls(src, dst, window);
      settled = time > best / SETTLED ? settled + 1 : 0;
      best = Math.min(best, time);
      boolean isCompiled =
          quickest < Double.POSITIVE_INFINITY
              ? best < UNCOMPILED * quickest
              : first > COMPILED * best;
      if (settled >= 2 && (isCompiled || !patient)) {
        break;
      }
    } while (System.nanoTime() < end);
    return best;
  }

  private Contestant race() {
    List<Contestant> racing = new ArrayList<>(all);
    long end = System.nanoTime() + budgetNanos * 3 / 4;
    int rounds = 0;
    do {
      for (Contestant contestant : racing) {
        contestant.turn(src, dst, turnNanos);
      }
      rounds++;
      if (rounds == LEAST_ROUNDS || rounds % SURE_ROUNDS == 0) {
        double limit = rounds < SURE_ROUNDS ? HOPELESS : CLEARLY_SLOWER;
        double best = fastest(racing).medianNanos();
        racing.removeIf(contestant -> contestant.medianNanos() > limit * best);
      }
    } while (racing.size() > 1 && System.nanoTime() < end);
    return fastest(racing);
  }

  private static Contestant fastest(List<Contestant> contestants) {
    double best = contestants.stream().mapToDouble(Contestant::medianNanos).min().orElseThrow();
    return contestants.stream()
        .filter(contestant -> contestant.medianNanos() <= TIE * best)
        .findFirst()
        .orElseThrow();
  }
}
