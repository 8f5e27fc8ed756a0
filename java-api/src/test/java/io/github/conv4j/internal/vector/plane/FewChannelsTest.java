package io.github.conv4j.internal.vector.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two output channels fill at most half a vector on every CPU. */
class FewChannelsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "g2mb1_ic2oc2_ih13kh3ph1",
        "g2mb3_ic2oc2_ih9kh5dh2ph6_iw17kw3sw2pw1",
        "g2mb2_ic4oc2_iw31kw3pw1",
        "g2mb1_ic2oc2_id4ih5iw6kd2kh3kw2pd1ph1pw1",
        "g2mb1_ic2oc2_ih7kh1"
      })
  void groupsOfFewChannelsAreExactAsPlanes(String line) {
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(Problem.parse(line), LayoutChoice.NHWC, 1);
      assertThat(verdict).matches(Verdict::passed);
      assertThat(verdict.implementation()).contains("planes");
    }
  }
}
