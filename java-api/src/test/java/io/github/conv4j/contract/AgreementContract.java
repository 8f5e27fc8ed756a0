package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Equal integers and close floats, on curated and random problems, in every layout. */
abstract class AgreementContract extends EngineContract {
  private static final int LINES_OF_OUTPUT = 40;
  private static final int STEP_THROUGH_TESTED_HAZARDS = 4;

  abstract int randomProblemCount();

  /** The kernels that must run, as {@code explain} names them; empty for any. */
  abstract String kernels();

  /** One in how many pairs of a problem and a layout runs between guard pages. */
  abstract int guardPageStep();

  /** In a JVM of its own, because reading one element too far ends the process there. */
  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void agreesExactlyBetweenGuardPages() {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            GuardPageRun.class,
            List.of(),
            engineName(),
            Integer.toString(randomProblemCount()),
            kernels(),
            (isTestedElsewhere() ? GuardPageRun.Edges.ALTERNATING : GuardPageRun.Edges.BOTH).name(),
            Integer.toString(guardPageStep()),
            "0");

    List<String> failures =
        outcome.output().lines().filter(line -> line.startsWith("FAILED")).toList();
    assertThat(failures).isEmpty();
    assertThat(outcome.exitCode())
        .as("the last problem is the culprit:%n%s", outcome.tail(LINES_OF_OUTPUT))
        .isZero();
    assertThat(outcome.tail(1)).isEqualTo("0 failed");
  }

  @Test
  void floatsStayWithinTheirBound() {
    List<Problem> problems = new ArrayList<>();
    for (boolean transposed : new boolean[] {false, true}) {
      List<Problem> hazards = Problems.hazards(transposed);
      int step = isMadeOfOthers() ? Thoroughness.step(STEP_THROUGH_TESTED_HAZARDS) : 1;
      for (int i = 0; i < hazards.size(); i += step) {
        problems.add(hazards.get(i));
      }
      problems.addAll(Problems.random(transposed, randomProblemCount() / 8));
    }
    List<LayoutChoice> layouts = List.of(LayoutChoice.values());
    List<Verdict> failures = new ArrayList<>();
    try (var validator = new EngineValidator(engine)) {
      for (int i = 0; i < problems.size(); i++) {
        LayoutChoice layout = layouts.get(i % layouts.size());
        Verdict verdict = validator.bounded(problems.get(i), layout, Problems.SEED + i);
        if (!verdict.passed()) {
          failures.add(verdict);
        }
      }
    }
    assertThat(failures).isEmpty();
  }
}
