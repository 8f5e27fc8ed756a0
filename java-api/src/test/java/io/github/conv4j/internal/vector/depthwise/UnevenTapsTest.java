package io.github.conv4j.internal.vector.depthwise;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnevenTapsTest {
  /** Of the taps some meet the source in no output, so that the others have no common distance. */
  @ParameterizedTest
  @EnumSource(LayoutChoice.class)
  void tapsAtUnevenDistancesAreExact(LayoutChoice layout) {
    Problem problem = Problem.parse("g17mb1_ic17oc17_ih4oh5kh5sh5dh5ph24_iw4ow1kw5sw2dw0pw2");
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      assertThat(validator.exact(problem, layout, 1)).matches(Verdict::passed);
    }
  }
}
