package io.github.conv4j.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Problem PROBLEM = Problem.parse("mb1_ic3oc4_ih5kh3ph1");
  private static final Problem BYTES = Problem.parse("mb1_ic3oc4_ih5kh3ph1_dt/u8:s8:s32/");

  /** Options stand before the problem: the command takes all that follows for problems. */
  @Test
  void whatIsRunAgainHoldsTheSameValues() {
    try (Engine engine = Engines.named("reference");
        var validator = new EngineValidator(engine)) {
      String begin = "./conv4j verify --engine reference --layout nhwc --seed 7 ";

      assertThat(validator.exact(PROBLEM, LayoutChoice.NHWC, 7).reproLine())
          .isEqualTo(begin + PROBLEM);
      assertThat(validator.bounded(PROBLEM, LayoutChoice.NHWC, 7).reproLine())
          .isEqualTo(begin + "--floats " + PROBLEM);
      assertThat(validator.relaxed(PROBLEM, LayoutChoice.NHWC, 7).reproLine())
          .isEqualTo(begin + "--relaxed " + PROBLEM);
      assertThat(validator.relaxed(BYTES, LayoutChoice.NHWC, 7).reproLine())
          .isEqualTo(begin + "--relaxed " + BYTES);
    }
  }
}
