package io.github.conv4j.internal.vector.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.vector.base.AxisPhases;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlaneTilingTest {
  private static final Geometry.Axis ROW = new Geometry.Axis(160, 160, 15, 1, 8, 56, 56);

  @Test
  void farTapsOfOneRowShareItsElements() {
    PlaneTiling tiling = tiling(List.of(ROW));
    assertThat(tiling.w.starts()).hasSize(1);
    assertThat(tiling.channelFloats).isBetween(160 + 14 * 8, 160 + 14 * 8 + 31);
  }

  @Test
  void farTapsOfSeveralRowsHavePlanesOfTheirOwn() {
    Geometry.Axis rows = new Geometry.Axis(20, 20, 1, 1, 1, 0, 0);
    assertThat(tiling(List.of(rows, ROW)).w.starts()).hasSize(15);
  }

  @Test
  void tapsFartherThanAllTheirOutputsHavePlanesOfTheirOwn() {
    Geometry.Axis far = new Geometry.Axis(301, 1, 3, 1, 150, 0, 0);
    assertThat(tiling(List.of(far)).w.starts()).hasSize(3);
  }

  /** A panel of them would be far larger than a second-level cache. */
  @Test
  void tapsFartherThanATileHavePlanesOfTheirOwn() {
    PlaneTiling tiling = tiling(List.of(new Geometry.Axis(8192, 8192, 15, 1, 512, 3584, 3584)), 64);
    assertThat(tiling.w.starts()).hasSize(15);
  }

  private static PlaneTiling tiling(List<Geometry.Axis> axes) {
    return tiling(axes, 4);
  }

  private static PlaneTiling tiling(List<Geometry.Axis> axes, int channels) {
    return new PlaneTiling(AxisPhases.of(axes, false, PaddingMode.ZEROS).getFirst(), 1, channels);
  }
}
