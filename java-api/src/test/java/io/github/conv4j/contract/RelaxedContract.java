package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** An engine that may choose algorithms of fewer products stays within what it promises. */
abstract class RelaxedContract extends EngineContract {
  /** Where such algorithms serve: 3x3 of stride 1, of all sizes of tiles and tails of channels. */
  private static final List<String> FOR_FEWER_PRODUCTS =
      List.of(
          "mb1_ic64_oc64_ih28kh3ph1",
          "mb1_ic32_oc48_ih56kh3ph1",
          "mb2_ic33_oc17_ih29kh3ph1_iw31kw3pw1",
          "mb1_ic16_oc16_ih14kh3ph0_bias0",
          "mb3_ic67_oc64_ih7kh3ph1_flipped",
          "mb1_ic64_oc32_ih24kh3ph2",
          "mb1_ic32_oc32_ih21kh3ph1_reflect",
          "mb1_ic64_oc64_ih18kh4sh2ph1_transposed",
          "mb1_ic32_oc32_ih20kh3ph1_transposed",
          "g2mb1_ic64_oc64_ih16kh3ph1");

  abstract int randomProblemCount();

  @Test
  void staysWithinTheRelaxedBound() {
    List<Problem> problems =
        new ArrayList<>(FOR_FEWER_PRODUCTS.stream().map(Problem::parse).toList());
    for (boolean transposed : new boolean[] {false, true}) {
      problems.addAll(Problems.random(transposed, randomProblemCount() / 8));
    }
    List<Verdict> failures = new ArrayList<>();
    Set<String> implementations = new TreeSet<>();
    EngineOptions options = EngineOptions.defaults().withAccuracy(Accuracy.RELAXED);
    try (Engine relaxed = Engines.named(engineName(), options);
        var validator = new EngineValidator(relaxed)) {
      for (int i = 0; i < problems.size(); i++) {
        for (LayoutChoice layout : layouts(i)) {
          Verdict verdict = validator.relaxed(problems.get(i), layout, Problems.SEED + i);
          implementations.add(verdict.implementation());
          if (!verdict.passed()) {
            failures.add(verdict);
          }
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(String.join(" ", implementations)).contains(relaxedImplementation());
  }

  /** All; one in turn of an engine that runs at relaxed accuracy what it runs at strict. */
  private List<LayoutChoice> layouts(int i) {
    List<LayoutChoice> all = List.of(LayoutChoice.values());
    boolean isSame = relaxedImplementation().isEmpty() && !engineName().equals("auto");
    return isSame ? List.of(all.get(i % all.size())) : all;
  }

  /** Part of the name of an algorithm that must have run; empty where none is sure to. */
  abstract String relaxedImplementation();
}
