package io.github.conv4j.internal.vector.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two output channels fill at most half a vector on every CPU, one pixel at most a quarter. */
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

  /** Twice as many channels as are planes where their taps are neighbours, if vectors are long. */
  @Test
  void channelsWhoseTapsLieApartAreExactAsPlanes() {
    Problem problem = Problem.parse("g5mb2_ic5oc5_ih23kh3dh4ph5_iw19kw3dw4pw5");
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(problem, LayoutChoice.NHWC, 1);
      assertThat(verdict).matches(Verdict::passed);
      if (VectorWidth.LANES >= 10) {
        assertThat(verdict.implementation()).contains("planes");
      }
    }
  }

  /** Few outputs a row of planes: their channels, or what they sum, fill vectors better. */
  @ParameterizedTest
  @CsvSource({
    "mb3_ic64oc1_ih5kh3ph1_iw2kw3pw1, reduction",
    "mb1_ic64oc1_ih17kh7sh2ph3_iw7kw7sw2pw3, reduction"
  })
  void shortRowsOfPlanesAreExactAsPixels(String line, String plan) {
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(Problem.parse(line), LayoutChoice.NCHW, 1);
      assertThat(verdict).matches(Verdict::passed);
      assertThat(verdict.implementation()).contains("copy", plan);
    }
  }

  @Test
  void smallImagesInPlanesAreExactAsPixels() {
    Problem problem = Problem.parse("g4mb1_ic32oc256_id4kd3pd1_ih4kh3ph1_iw2kw3pw1");
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(problem, LayoutChoice.NCHW, 1);
      assertThat(verdict).matches(Verdict::passed);
      // Eight outputs fill vectors of four.
      assertThat(verdict.implementation()).contains(VectorWidth.LANES > 4 ? "direct" : "planes");
    }
  }
}
