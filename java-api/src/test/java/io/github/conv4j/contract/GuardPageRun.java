package io.github.conv4j.contract;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds an engine against the reference on tensors between guard pages. Prints every problem before
 * it runs, so that the last line of a crashed run names the culprit. Arguments: engine, number of
 * random problems of each kind, the kernels that must have run, for example {@code vector256}, or
 * nothing, the {@link Edges} of the curated problems, and, where not all pairs of a problem and a
 * layout are to run, one in how many and beginning where. Exit code 1 after a difference, or where
 * other kernels ran.
 */
final class GuardPageRun {
  /** At which ends of the tensors guard pages are. */
  enum Edges {
    /** Each problem once with pages in front and once behind. */
    BOTH,
    /** In front and behind in turn. */
    ALTERNATING
  }

  /** Stages that no kernel runs: copies, the naive loops, and other views of the same bytes. */
  private static final List<String> WITHOUT_KERNEL = List.of("java:", "no copy");

  /** Where every pair runs. */
  private static final int LEAST_RUNS = 1_200;

  /** How often each implementation ran, as {@code explain} names it. */
  private final Map<String, Integer> stages = new TreeMap<>();

  private GuardPageArena.Edge edge = GuardPageArena.Edge.END;
  private int turn;
  private int step = 1;
  private int pair;

  private GuardPageRun() {}

  public static void main(String[] arguments) {
    int failures = new GuardPageRun().runAll(arguments);
    say("%d failed".formatted(failures));
    System.exit(failures == 0 ? 0 : 1);
  }

  private int runAll(String[] arguments) {
    int randomCount = Integer.parseInt(arguments[1]);
    if (arguments.length > 4) {
      step = Integer.parseInt(arguments[4]);
      pair = Integer.parseInt(arguments[5]);
    }
    List<Problem> hazards = new ArrayList<>(Problems.hazards(false));
    hazards.addAll(Problems.hazards(true));
    List<Problem> random = new ArrayList<>(Problems.random(false, randomCount));
    random.addAll(Problems.random(true, randomCount));
    int failures = 0;
    long helpedParts;
    try (Engine engine = Engines.named(arguments[0])) {
      if (Edges.valueOf(arguments[3]) == Edges.BOTH) {
        failures += run(engine, hazards, List.of(GuardPageArena.Edge.END));
        failures += run(engine, hazards, List.of(GuardPageArena.Edge.START));
      } else {
        failures += run(engine, hazards, List.of(GuardPageArena.Edge.values()));
      }
      failures += run(engine, random, List.of(GuardPageArena.Edge.END));
      helpedParts = ((LedgerOwner) engine).ledger().budget().helpedParts();
    }
    stages.forEach((name, count) -> say("%d %s".formatted(count, name)));
    say("helpers computed %d parts".formatted(helpedParts));
    if (arguments[2].startsWith("vector")) {
      say("blocks for %d registers".formatted(VectorWidth.REGISTERS));
    }
    return ranOn(arguments[2]) ? failures : failures + 1;
  }

  /** Tells whether nothing but these kernels and copies ran, and the kernels mostly. */
  private boolean ranOn(String kernels) {
    if (kernels.isEmpty()) {
      return true;
    }
    int runs = 0;
    int others = 0;
    for (Map.Entry<String, Integer> stage : stages.entrySet()) {
      if (stage.getKey().startsWith(kernels + ":")) {
        runs += stage.getValue();
      } else if (WITHOUT_KERNEL.stream().noneMatch(stage.getKey()::startsWith)) {
        others += stage.getValue();
      }
    }
    if (runs < LEAST_RUNS / step || others > 0) {
      say("FAILED %s ran %d times, other kernels %d times".formatted(kernels, runs, others));
      return false;
    }
    return true;
  }

  /** Tries all layouts of the problems, at these edges in turn. */
  private int run(Engine engine, List<Problem> problems, List<GuardPageArena.Edge> edges) {
    int failures = 0;
    try (var validator = new EngineValidator(engine, () -> GuardPageArena.open(edge))) {
      for (Problem problem : problems) {
        for (LayoutChoice layout : LayoutChoice.values()) {
          // Of an odd number of layouts, so that steps of 4 and 8 come to each of them.
          if (pair++ % step != 0) {
            continue;
          }
          edge = edges.get(turn++ % edges.size());
          say("guard page at %s, %s %s".formatted(edge, layout, problem));
          Verdict verdict = validator.exact(problem, layout, Problems.SEED);
          for (String stage : List.of(verdict.implementation().split("\\+", -1))) {
            stages.merge(stage, 1, Integer::sum);
          }
          if (!verdict.passed()) {
            failures++;
            say("FAILED " + verdict);
          }
        }
      }
    }
    return failures;
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
