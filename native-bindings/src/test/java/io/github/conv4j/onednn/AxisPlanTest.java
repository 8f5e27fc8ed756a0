package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Geometry;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the cut-down axis against a walk over every output and tap. */
class AxisPlanTest {
  @Test
  void keepsExactlyWhatTakesPart() {
    var random = new SplittableRandom(20261122);
    for (int i = 0; i < 50_000; i++) {
      Geometry.Axis axis = randomAxis(random);
      AxisPlan plan = AxisPlan.of(axis, false);
      var outputs = new TreeSet<Long>();
      var taps = new TreeSet<Long>();
      meetings(axis, outputs, taps);

      if (outputs.isEmpty()) {
        assertThat(plan.coverage()).as("%s", axis).isEqualTo(AxisPlan.Coverage.NONE);
        continue;
      }
      boolean contiguous = outputs.last() - outputs.first() + 1 == outputs.size();
      assertThat(plan.coverage())
          .as("%s", axis)
          .isEqualTo(contiguous ? AxisPlan.Coverage.CONTIGUOUS : AxisPlan.Coverage.GAPS);
      assertThat(plan.dst().begin()).as("%s", axis).isEqualTo(outputs.first());
      assertThat(plan.dst().count()).as("%s", axis).isEqualTo(outputs.last() - outputs.first() + 1);
      assertThat(plan.taps().begin()).as("%s", axis).isEqualTo(taps.first());
      assertThat(plan.taps().count()).as("%s", axis).isEqualTo(taps.last() - taps.first() + 1);
      assertSamePositions(axis, plan);
      assertAcceptedByOneDnn(axis, plan);
    }
  }

  @Test
  void transposedAxisIsTheConvolutionBackwards() {
    // Source 3, stride 2, kernel 3: result 7; as a convolution 7 elements give 3.
    var transposed = new Geometry.Axis(3, 7, 3, 2, 1, 0, 0);
    var convolution = new Geometry.Axis(7, 3, 3, 2, 1, 0, 0);

    assertThat(AxisPlan.of(transposed, true)).isEqualTo(AxisPlan.of(convolution, false));
  }

  private static Geometry.Axis randomAxis(SplittableRandom random) {
    long src = random.nextLong(1, 12);
    long kernel = random.nextLong(1, 9);
    long stride = random.nextLong(1, 6);
    long dilation = random.nextLong(1, 6);
    long begin = random.nextLong(0, 14);
    long dst = random.nextLong(1, 14);
    long span = dilation * (kernel - 1) + 1;
    long end = (dst - 1) * stride + span - src - begin;
    return new Geometry.Axis(src, dst, kernel, stride, dilation, begin, end);
  }

  private static void meetings(Geometry.Axis axis, Set<Long> outputs, Set<Long> taps) {
    for (long o = 0; o < axis.dst(); o++) {
      for (long k = 0; k < axis.kernel(); k++) {
        long position = o * axis.stride() - axis.begin() + k * axis.dilation();
        if (position >= 0 && position < axis.src()) {
          outputs.add(o);
          taps.add(k);
        }
      }
    }
  }

  /** Every output and tap that are kept meet the same source element as before. */
  private static void assertSamePositions(Geometry.Axis axis, AxisPlan plan) {
    for (long o = 0; o < plan.dst().count(); o++) {
      for (long k = 0; k < plan.taps().count(); k++) {
        long before =
            (o + plan.dst().begin()) * axis.stride()
                - axis.begin()
                + (k + plan.taps().begin()) * axis.dilation();
        long after = o * plan.stride() - plan.begin() + k * plan.dilation() + plan.src().begin();
        boolean kept =
            after >= plan.src().begin() && after < plan.src().begin() + plan.src().count();
        if (before >= 0 && before < axis.src()) {
          assertThat(after).as("%s as %s, output %d, tap %d", axis, plan, o, k).isEqualTo(before);
        }
        assertThat(kept)
            .as("%s as %s, output %d, tap %d", axis, plan, o, k)
            .isEqualTo(before >= 0 && before < axis.src());
      }
    }
  }

  private static void assertAcceptedByOneDnn(Geometry.Axis axis, AxisPlan plan) {
    long span = plan.dilation() * (plan.taps().count() - 1) + 1;
    long padded = plan.src().count() + plan.begin() + plan.end();
    assertThat(plan.src().begin() + plan.src().count()).isLessThanOrEqualTo(axis.src());
    assertThat(plan.begin()).as("%s as %s", axis, plan).isNotNegative();
    assertThat(plan.end() + plan.stride()).as("%s as %s", axis, plan).isPositive();
    assertThat((padded - span) / plan.stride() + 1)
        .as("%s as %s", axis, plan)
        .isEqualTo(plan.dst().count());
  }
}
