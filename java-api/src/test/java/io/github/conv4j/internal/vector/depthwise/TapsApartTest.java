package io.github.conv4j.internal.vector.depthwise;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TapsApartTest {
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

  @ParameterizedTest
  @CsvSource({
    // Wide rows, rows shorter than the distance, both distances.
    "g16mb1_ic16oc16_ih23kh3dh1ph2_iw45kw3dw1pw2, true",
    "g33mb2_ic33oc33_ih19kh3dh3ph4_iw27kw3dw7pw8, true",
    "g16mb1_ic16oc16_ih12kh3dh0ph1_iw41kw3dw2pw3, true",
    // Outputs whose taps lie on both sides of a low image, and none in it.
    "g24mb3_ic24oc24_ih3kh5dh5ph13_iw54kw5dw3pw3, false",
    "g16mb1_ic16oc16_ih8kh3dh40ph66_iw21kw3dw1pw0, false",
    // So large that it is read ahead, to its end.
    "g40mb1_ic40oc40_ih165kh5dh1ph0_iw165kw5dw1pw0, true",
  })
  void tapsThatLieApartAreExact(String line, boolean inBands) {
    Problem problem = Problem.parse(line);
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(problem, LayoutChoice.NHWC, 1);
      assertThat(verdict).matches(Verdict::passed);
      assertThat(verdict.implementation().endsWith("bands")).isEqualTo(inBands);
    }
  }
}
