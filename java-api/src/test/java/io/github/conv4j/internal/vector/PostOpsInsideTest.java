package io.github.conv4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Post-ops of convolutions that are computed on copies, or as another one on the same bytes. */
class PostOpsInsideTest {
  private static final long SEED = 1;

  @ParameterizedTest
  @CsvSource({
    "mb1_ic64oc80_ih3kh3ph1, NCHW, java:copy",
    "mb1_ic512oc512_ih2kh3ph1, NCHW, java:copy",
    "mb8_ic64oc72_ih1kh1, NHWC, no copy",
    "mb1_ic16oc16_ih3kh1, NHWC, no copy"
  })
  void numbersAloneAreAppliedThere(String line, LayoutChoice layout, String how) {
    assertThat(implementation(line, layout, "relu,linear:2:1"))
        .startsWith(how)
        .doesNotContain("java:pass");
  }

  @ParameterizedTest
  @ValueSource(strings = {"relu,linear:2:1", "sigmoid"})
  void numbersAloneAreAppliedBeforeSubpixelsAreSpread(String postOps) {
    assertThat(implementation("mb1_ic24oc1_ih9oh18kh2sh2_transposed", LayoutChoice.NHWC, postOps))
        .endsWith("java:copy");
  }

  @ParameterizedTest
  @CsvSource({
    "mb1_ic64oc80_ih3kh3ph1, NCHW",
    "mb8_ic64oc72_ih1kh1, NHWC",
    "mb1_ic16oc16_ih3kh1, NHWC"
  })
  void tensorsNeedAPass(String line, LayoutChoice layout) {
    assertThat(implementation(line, layout, "relu,add:per_oc:run")).endsWith("java:pass");
  }

  /** What ran, after its result was found to be right. */
  private static String implementation(String line, LayoutChoice layout, String postOps) {
    Problem problem = Problem.parse(line).withPostOps(PostOps.parse(postOps));
    try (Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(1));
        var validator = new EngineValidator(engine)) {
      Verdict verdict =
          postOps.equals("sigmoid")
              ? validator.bounded(problem, layout, SEED)
              : validator.exact(problem, layout, SEED);
      assertThat(verdict.passed()).as("%s", verdict).isTrue();
      return verdict.implementation();
    }
  }
}
