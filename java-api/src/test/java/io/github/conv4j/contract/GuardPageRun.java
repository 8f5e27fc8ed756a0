package io.github.conv4j.contract;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Problem;
import io.github.conv4j.validation.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds an engine against the reference on tensors between guard pages. Prints every problem before
 * it runs, so that the last line of a crashed run names the culprit. Arguments: engine, number of
 * random problems of each kind. Exit code 1 after a difference.
 */
final class GuardPageRun {
  private GuardPageRun() {}

  public static void main(String[] arguments) {
    int randomCount = Integer.parseInt(arguments[1]);
    List<Problem> hazards = new ArrayList<>(Problems.hazards(false));
    hazards.addAll(Problems.hazards(true));
    List<Problem> random = new ArrayList<>(Problems.random(false, randomCount));
    random.addAll(Problems.random(true, randomCount));
    int failures = 0;
    try (Engine engine = Engines.named(arguments[0])) {
      failures += run(engine, GuardPageArena.Edge.END, hazards);
      failures += run(engine, GuardPageArena.Edge.START, hazards);
      failures += run(engine, GuardPageArena.Edge.END, random);
    }
    say("%d failed".formatted(failures));
    System.exit(failures == 0 ? 0 : 1);
  }

  private static int run(Engine engine, GuardPageArena.Edge edge, List<Problem> problems) {
    int failures = 0;
    try (var validator = new EngineValidator(engine, () -> GuardPageArena.open(edge))) {
      for (Problem problem : problems) {
        for (LayoutChoice layout : LayoutChoice.values()) {
          say("guard page at %s, %s %s".formatted(edge, layout, problem));
          Verdict verdict = validator.exact(problem, layout, Problems.SEED);
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
