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

class RegionPlanTest {
  @ParameterizedTest
  @CsvSource({
    // As far apart as half the image, and farther than all of it.
    "g16mb2_ic16oc16_ih14kh3dh7ph8_iw11kw3dw7pw8, true",
    "g33mb1_ic33oc33_ih7kh3dh30ph31, true",
    // Beyond the edges by more than the taps reach: outputs that are the bias.
    "g17mb1_ic17oc17_ih5kh2dh2ph7_iw3kw2pw4, true",
    "g16mb1_ic16oc16_ih3oh13kh1sh1dh0ph5_iw4ow8kw3sw1dw0pw3, true",
    // Strides longer than the kernel, one axis, taps in one direction.
    "g19mb3_ic19oc19_ih28kh3sh4_iw9kw3sw5pw1, true",
    "g31mb2_ic31oc31_iw40kw3pw2dw1, true",
    "g16mb1_ic16oc16_ih28kh9ph4_iw6kw1, true",
    // More taps than registers are for, more output channels than groups, bands that are faster.
    "g16mb1_ic16oc16_ih28kh2ph1_iw20kw5sw2, false",
    "g16mb1_ic16oc48_ih14kh3dh7ph8, false",
    "g16mb1_ic16oc16_ih28kh3dh1ph2, false",
  })
  void outputsThatMeetTheSameTapsAreExact(String line, boolean inRegions) {
    check(line, inRegions);
  }

  @ParameterizedTest
  @CsvSource({
    "g16mb1_ic16oc16_ih7oh14kh4sh2ph1_transposed, true",
    "g21mb2_ic21oc21_ih5oh17kh3sh4ph1_iw6ow16kw2sw3dw0pw0_transposed, true",
    // Phases that no tap reaches.
    "g16mb1_ic16oc16_ih4oh13kh1sh4ph0_transposed, true",
    "g16mb1_ic16oc16_ih5oh21kh5sh1dh3ph0_transposed, false",
  })
  void transposedOnesAreRegionsOfEachPhase(String line, boolean inRegions) {
    check(line, inRegions);
  }

  private static void check(String line, boolean inRegions) {
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      Verdict verdict = validator.exact(Problem.parse(line), LayoutChoice.NHWC, 1);
      assertThat(verdict).matches(Verdict::passed);
      assertThat(verdict.implementation().endsWith("regions")).isEqualTo(inRegions);
    }
  }
}
