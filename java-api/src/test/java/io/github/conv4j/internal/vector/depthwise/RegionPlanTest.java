package io.github.conv4j.internal.vector.depthwise;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    // Rows of one output, more than are computed at once.
    "g17mb2_ic17oc17_ih200kh7ph3_iw1kw1, true",
    "g16mb1_ic16oc16_ih300kh3sh2dh1ph4_iw1kw1, true",
    // Images in a row.
    "g16mb2_ic16oc16_id5kd1sd2_ih28kh3ph1_iw25kw3pw1, true",
    // More taps than there are registers for.
    "g16mb1_ic16oc16_ih28kh2ph1_iw20kw5sw2, false",
    // More output channels than groups.
    "g16mb1_ic16oc48_ih14kh3dh7ph8, false",
    // Bands are faster.
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
    // More phases than are worth a kernel each.
    "g16mb1_ic16oc16_ih2oh53kh3sh50ph0_iw2ow53kw3sw50pw0_transposed, false",
  })
  void transposedOnesAreRegionsOfEachPhase(String line, boolean inRegions) {
    check(line, inRegions);
  }

  /** The last vector of a row begins early, those at edges reach into outputs that meet more. */
  @ParameterizedTest
  @CsvSource({
    "ih9kh3ph1_iw21kw3pw1, true",
    "ih9kh3ph1_iw40kw3pw1, true",
    "ih3kh3ph1_iw19kw3pw1, true",
    "ih7kh3ph1_iw24ow26kw3pw2, true",
    "ih20kh3dh3ph4_iw40kw3dw2pw6, true",
    "ih9oh5kh3sh2ph1_iw33kw3pw1, true",
    "id3kd1pd0_ih5kh3ph1_iw20kw3pw1, true",
    "iw50kw9pw4, true",
    // A tap between others that never meets the source.
    "ih2kh4sh3ph3_iw40kw3pw1, false",
    // Too few that meet all taps, far apart, too many taps.
    "ih9kh3ph1_iw3kw3pw1, false",
    "ih9kh3sh2ph1_iw40kw3sw2pw1, false",
    "ih9kh5ph2_iw40kw5pw2, false",
  })
  void severalPixelsOfFewChannelsInAVectorAreExact(String axes, boolean inRegions) {
    for (int channels = 2; channels < VectorWidth.LANES; channels *= 2) {
      String line = "g%dmb2_ic%doc%d_".formatted(channels, channels, channels) + axes;
      check(line, inRegions);
      if (inRegions) {
        PostOps postOps = PostOps.parse("add:per_oc:run,prelu:per_oc,add:common:run");
        check(Problem.parse(line).withPostOps(postOps), true);
      }
    }
  }

  /** Below 512 bits vectors of neighbouring pixels displace one another in the nearest cache. */
  @Test
  void tapsAMultipleOfAPageApartAreExact() {
    boolean inRegions = VectorWidth.BITS < 512;
    check("g256mb1_ic256oc256_ih30kh3dh3ph4_iw31kw3dw3pw4", inRegions);
  }

  @Test
  void postOpsAreAppliedWhereRegionsAreStored() {
    Problem problem = Problem.parse("g33mb1_ic33oc33_ih7kh3dh30ph31");
    check(problem.withPostOps(PostOps.parse("relu,add:per_oc,clip:0:6")), true);
  }

  /**
   * What is shorter than a block of pixels, at strides that kernels are and are not written for.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "g17mb1_ic17oc17_ih1kh3ph1",
        "g17mb1_ic17oc17_ih2kh3ph1",
        "g17mb1_ic17oc17_ih3kh3ph1",
        "g17mb1_ic17oc17_ih5kh3ph1_iw6kw3pw1",
        "g17mb1_ic17oc17_ih4kh3sh2ph1_iw2kw3sw2pw1",
        "g17mb1_ic17oc17_ih9kh3sh2ph1_iw11kw3sw2pw1",
        "g17mb1_ic17oc17_ih12kh3sh3ph1",
        "g17mb1_ic17oc17_ih32kh3sh8",
        "g17mb1_ic17oc17_ih256kh3sh64_iw256kw3sw64"
      })
  void shortRowsAreExact(String line) {
    check(line, null);
  }

  private static void check(String line, @Nullable Boolean inRegions) {
    check(Problem.parse(line), inRegions);
  }

  private static void check(Problem problem, @Nullable Boolean inRegions) {
    try (Engine engine = Engines.named("vector");
        var validator = new EngineValidator(engine)) {
      for (int threads = 1; threads <= 3; threads += 2) {
        Verdict verdict = validator.exact(problem, LayoutChoice.NHWC, threads);
        assertThat(verdict).matches(Verdict::passed);
        if (inRegions != null) {
          assertThat(verdict.implementation().endsWith("regions")).isEqualTo(inRegions);
        }
      }
    }
  }
}
