package io.github.conv4j.bench.compare;

import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.EngineContender;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.bench.results.Costs;
import io.github.conv4j.bench.results.Entrant;
import io.github.conv4j.bench.results.Outcome;
import io.github.conv4j.bench.results.Timing;
import io.github.conv4j.bench.results.Versus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Contenders on one task, in two steps. {@link #open} prepares each for the first time, checks its
 * result and lets its code become warm. {@link #run}, when that has happened on all tasks, times
 * those whose result is right, in turns of about a millisecond, so that whatever else the machine
 * does hits all alike.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class Race {
  /** Below this the naive loops judge; above it they would take too long. */
  private static final long MOST_JUDGED = 20_000_000;

  /** Of the time for a contender, what goes before measuring. */
  private static final double WARM_UP_SHARE = 0.3;

  /** Who takes so many times its share for one call is not called again. */
  private static final double MOST_SHARES = 2;

  private static final int FEWEST_TURNS = 5;

  /** Only code that the JVM's compiler has not finished with takes as long. */
  private static final double MOST_WARM_UP_NANOS = 4e9;

  private final List<? extends Contender> contenders;
  private final Contender reference;
  private final Compiler compiler = new Compiler();

  /**
   * Creates a race.
   *
   * @param contenders the first judges where the reference would take too long
   * @param reference the naive loops
   */
  public Race(List<? extends Contender> contenders, Contender reference) {
    this.contenders = List.copyOf(contenders);
    this.reference = reference;
  }

  /**
   * What the first step found.
   *
   * @param judge who was taken for right
   * @param byContender one entry a contender, in their order
   */
  public record Opening(String judge, Map<String, Opened> byContender) {}

  /** A contender that has been called. */
  record Opened(
      Outcome outcome,
      String reason,
      String implementation,
      double error,
      @Nullable Costs costs,
      double callNanos) {
    static Opened without(Outcome outcome, String reason) {
      return new Opened(outcome, reason, "", -1, null, 0);
    }
  }

  /**
   * Takes the first step.
   *
   * @param nanosEach to call each contender for
   */
  public Opening open(Task task, double nanosEach) {
    Map<String, Opened> opened = new LinkedHashMap<>();
    Optional<Judge> judge =
        task.problem().multiplications() <= MOST_JUDGED ? judge(task) : Optional.empty();
    for (Contender contender : contenders) {
      Optional<String> lack = contender.lack(task);
      if (lack.isPresent()) {
        opened.put(contender.name(), Opened.without(Outcome.LACKS, lack.get()));
        continue;
      }
      try {
        long begin = System.nanoTime();
        try (Entry entry = contender.enter(task)) {
          double prepare = entry.prepareNanos().orElse(System.nanoTime() - begin);
          begin = System.nanoTime();
          entry.call();
          double first = System.nanoTime() - begin;
          float[] result = entry.result();
          judge = judge.or(() -> Optional.of(new Judge(contender.name(), result)));
          double error = judge.get().error(result);
          boolean disagrees = Judge.disagrees(error, contender instanceof EngineContender);
          String reason =
              disagrees
                  ? "differs from %s by %.1e of its L2 norm".formatted(judge.get().name(), error)
                  : "";
          opened.put(
              contender.name(),
              new Opened(
                  disagrees ? Outcome.DISAGREES : Outcome.TIMED,
                  reason,
                  entry.implementation(),
                  finite(error),
                  new Costs(prepare, first, 0),
                  disagrees ? first : warmUp(nanosEach).run(entry, first, Double.MAX_VALUE)));
        }
      } catch (RuntimeException | LinkageError e) {
        opened.put(contender.name(), Opened.without(Outcome.FAILED, text(e)));
      }
    }
    return new Opening(judge.map(Judge::name).orElse(""), opened);
  }

  /** JSON knows no infinity. */
  private static double finite(double error) {
    return Double.isInfinite(error) ? Double.MAX_VALUE : error;
  }

  private Optional<Judge> judge(Task task) {
    if (reference.lack(task).isPresent()) {
      return Optional.empty();
    }
    try (Entry entry = reference.enter(task)) {
      entry.call();
      return Optional.of(new Judge(reference.name(), entry.result()));
    }
  }

  /**
   * Takes the second step.
   *
   * @param nanosEach for each contender
   * @return one entry a contender, in their order
   */
  public List<Entrant> run(Task task, Opening opening, double nanosEach) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, Runner> runners = new LinkedHashMap<>();
    Map<String, Opened> all = new LinkedHashMap<>(opening.byContender());
    try {
      for (Contender contender : contenders) {
        Opened opened = require(all, contender.name());
        if (opened.outcome() != Outcome.TIMED || opened.callNanos() > MOST_SHARES * nanosEach) {
          continue;
        }
        try {
          long begin = System.nanoTime();
          Entry entry = contender.enter(task);
          double prepare = entry.prepareNanos().orElse(System.nanoTime() - begin);
          entries.put(contender.name(), entry);
          all.put(contender.name(), prepared(opened, entry, prepare));
          Runner runner = new Runner(entry, opened.callNanos());
          runner.warmUp(warmUp(WARM_UP_SHARE * nanosEach));
          runners.put(contender.name(), runner);
        } catch (RuntimeException | LinkageError e) {
          all.put(contender.name(), Opened.without(Outcome.FAILED, text(e)));
        }
      }
      takeTurns(List.copyOf(runners.values()), (1 - WARM_UP_SHARE) * nanosEach);
    } finally {
      entries.values().forEach(Entry::close);
    }
    return entrants(all, runners);
  }

  private EntryWarmUp warmUp(double leastNanos) {
    return new EntryWarmUp(compiler, leastNanos, Math.max(leastNanos, MOST_WARM_UP_NANOS));
  }

  private static Opened prepared(Opened opened, Entry entry, double seenPrepare) {
    Costs costs = opened.costs();
    return new Opened(
        opened.outcome(),
        opened.reason(),
        entry.implementation(),
        opened.error(),
        costs == null ? null : new Costs(costs.firstPrepare(), costs.firstCall(), seenPrepare),
        opened.callNanos());
  }

  private static Opened require(Map<String, Opened> all, String name) {
    Opened opened = all.get(name);
    if (opened == null) {
      throw new IllegalArgumentException(name + " has not been opened");
    }
    return opened;
  }

  /** In rounds; who has had twice its share of the time leaves out rounds. */
  private static void takeTurns(List<Runner> runners, double nanosEach) {
    double begin = System.nanoTime();
    double end = begin + nanosEach * runners.size();
    for (int round = 0; round == 0 || System.nanoTime() < end; round++) {
      double share = (System.nanoTime() - begin) / runners.size();
      for (int i = 0; i < runners.size(); i++) {
        // Each begins now and then: who follows a slow one finds colder caches.
        Runner runner = runners.get((i + round) % runners.size());
        if (round < FEWEST_TURNS || runner.spentNanos() <= 2 * share) {
          runner.turn();
        } else {
          runner.pass();
        }
      }
    }
  }

  private List<Entrant> entrants(Map<String, Opened> all, Map<String, Runner> runners) {
    Map<String, double[]> times = new LinkedHashMap<>();
    List<Entrant> entrants = new ArrayList<>();
    for (Contender contender : contenders) {
      String name = contender.name();
      Opened opened = require(all, name);
      Runner runner = runners.get(name);
      Timing timing = null;
      var against = new ArrayList<Versus>();
      if (opened.outcome() == Outcome.TIMED) {
        double[] own = runner == null ? new double[] {opened.callNanos()} : runner.nanosByRound();
        timing = runner == null ? once(opened.callNanos()) : runner.timing(own);
        times.forEach((other, nanos) -> against.add(Pairing.compare(other, nanos, own)));
        times.put(name, own);
      }
      entrants.add(
          new Entrant(
              name,
              opened.outcome(),
              opened.reason(),
              opened.implementation(),
              opened.error(),
              opened.costs(),
              timing,
              against));
    }
    return entrants;
  }

  private static Timing once(double nanos) {
    return new Timing(1, 1, nanos, nanos, nanos, nanos, nanos, nanos, nanos);
  }

  private static String text(Throwable e) {
    return e.getClass().getSimpleName()
        + ": "
        + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
