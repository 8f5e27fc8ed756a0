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
import org.junit.jupiter.params.provider.ValueSource;

/** Two channels fill at most half a vector on every CPU. */
class FewChannelsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "g2mb1_ic2oc2_ih13kh3sh2ph1",
        "g2mb3_ic2oc2_ih9kh5dh2ph6_iw17kw3sw2pw1",
        "g2mb2_ic4oc2_iw31kw3pw1",
        "g2mb1_ic2oc2_id4ih5iw6kd2kh3kw2pd1ph1pw1",
        "g2mb1_ic2oc2_ih7kh1sh2"
      })
  void groupsOfFewChannelsAreExactAsPlanes(String line) {
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(Problem.parse(line), LayoutChoice.NHWC, 1);
      assertThat(verdict).matches(Verdict::passed);
      assertThat(verdict.implementation()).contains("planes");
    }
  }

  /** Of nine taps; half a vector of channels, where that is more than what is planes anyway. */
  @Test
  void halfAVectorOfChannelsIsExactAsPlanes() {
    Problem problem =
        Problem.parse(
            "g2mb2_ic%doc2_ih23kh3dh4ph5_iw19kw3sw2dw4pw5".formatted(VectorWidth.LANES / 2));
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(problem, LayoutChoice.NHWC, 1);
      assertThat(verdict).matches(Verdict::passed);
      assertThat(verdict.implementation()).contains("planes");
    }
  }

  /** What few outputs sum fills vectors better than their rows do. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb3_ic64oc1_ih5kh3ph1_iw2kw3pw1",
        "mb1_ic64oc1_ih17kh7sh2ph3_iw7kw7sw2pw3",
      })
  void shortRowsOfPlanesAreExactAsSums(String line) {
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(Problem.parse(line), LayoutChoice.NCHW, 1);
      assertThat(verdict).matches(Verdict::passed);
      assertThat(verdict.implementation()).contains("copy", "reduction");
    }
  }

  @Test
  void smallImagesInPlanesAreExactAsPixels() {
    Problem problem = Problem.parse("mb1_ic24oc32_ih5kh3ph1_iw7kw3pw1");
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(problem, LayoutChoice.NCHW, 1);
      assertThat(verdict).matches(Verdict::passed);
      // Vectors of four pixels are nearly full.
      assertThat(verdict.implementation().contains("copy")).isEqualTo(VectorWidth.LANES > 4);
    }
  }
}
