package io.github.conv4j.internal.vector.base;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import java.util.ArrayList;
import java.util.List;

/** The phases of a whole problem: every combination of those of its axes. */
public final class AxisPhases {
  private static final Geometry.Axis ABSENT = new Geometry.Axis(1, 1, 1, 1, 1, 0, 0);

  private AxisPhases() {}

  /** One phase an axis. */
  public record Combination(AxisPhase d, AxisPhase h, AxisPhase w) {
    /** Whether no tap ever meets the source, so that every output is the bias. */
    public boolean isEmpty() {
      return d.isEmpty() || h.isEmpty() || w.isEmpty();
    }
  }

  public static List<Combination> of(
      List<Geometry.Axis> axes, boolean transposed, PaddingMode mode) {
    int last = axes.size() - 1;
    Geometry.Axis w = axes.get(last);
    Geometry.Axis h = last >= 1 ? axes.get(last - 1) : ABSENT;
    Geometry.Axis d = last >= 2 ? axes.get(last - 2) : ABSENT;
    List<Combination> combinations = new ArrayList<>();
    for (AxisPhase pd : AxisPhase.of(d, transposed, mode)) {
      for (AxisPhase ph : AxisPhase.of(h, transposed, mode)) {
        for (AxisPhase pw : AxisPhase.of(w, transposed, mode)) {
          combinations.add(new Combination(pd, ph, pw));
        }
      }
    }
    return combinations;
  }

  /** Whether each output sees the one source element of its own place. */
  public static boolean isPointwise(List<Geometry.Axis> axes) {
    return axes.stream()
        .allMatch(a -> a.kernel() == 1 && a.stride() == 1 && a.begin() == 0 && a.end() == 0);
  }

  /** A pointwise problem with all its pixels in one row. */
  public static List<Combination> row(int pixels) {
    return of(List.of(new Geometry.Axis(pixels, pixels, 1, 1, 1, 0, 0)), false, PaddingMode.ZEROS);
  }
}
