package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.RandomProblems;
import io.github.conv4j.validation.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is done to outputs before they are written. */
abstract class PostOpsContract extends EngineContract {
  private static final String[] LINES = {
    "mb2_ic16oc16_ih7kh3ph1", "g16mb1_ic16oc16_ih9kh3ph1", "mb1_ic5oc7_ih8", "g2mb2_ic8oc6_ih6kh3"
  };

  private static final String[] EACH = {
    "relu",
    "relu:0.25",
    "prelu",
    "elu:1",
    "sigmoid",
    "tanh",
    "gelu_erf",
    "gelu_tanh",
    "swish:1",
    "hardswish",
    "hardsigmoid:0.2:0.5",
    "clip:-2:6",
    "linear:2:1",
    "abs",
    "square",
    "abs,sqrt",
    "clip:-9:9,exp"
  };

  private static final String[] OPERANDS = {
    "2", "common:run", "per_oc", "per_oc:run", "per_tensor", "per_tensor:run"
  };

  abstract int randomProblemCount();

  @Test
  void eachAlone() {
    agree(List.of(EACH));
  }

  @Test
  void operandsOfEveryExtentFromEverywhere() {
    List<String> texts = new ArrayList<>();
    for (String operation : List.of("add", "sub", "mul", "div", "min", "max")) {
      for (String operand : OPERANDS) {
        texts.add(operation + ":" + operand);
      }
    }
    texts.add("prelu:run");
    texts.add("add:per_tensor:run,relu,mul:per_oc:run,sub:common:run,max:per_tensor");
    agree(texts);
  }

  private void agree(List<String> texts) {
    List<Verdict> failures = new ArrayList<>();
    try (var validator = new EngineValidator(engine)) {
      for (String line : LINES) {
        for (String text : texts) {
          check(validator, Problem.parse(line + "_post/" + text + "/"), failures);
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  private static void check(EngineValidator validator, Problem problem, List<Verdict> failures) {
    for (LayoutChoice layout : LayoutChoice.values()) {
      for (Verdict verdict :
          List.of(validator.exact(problem, layout, 1), validator.bounded(problem, layout, 1))) {
        if (!verdict.passed()) {
          failures.add(verdict);
        }
      }
    }
  }

  @Test
  void randomChainsOnRandomProblems() {
    long seed = Long.getLong("conv4j.test.seed", 1);
    List<Verdict> failures = new ArrayList<>();
    try (var validator = new EngineValidator(engine)) {
      for (boolean transposed : new boolean[] {false, true}) {
        var random = RandomProblems.withPostOps(seed, transposed);
        for (int i = 0; i < randomProblemCount() / 2; i++) {
          check(validator, random.next(), failures);
        }
      }
    }
    assertThat(failures).isEmpty();
  }
}
