package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.internal.vector.base.AxisPhase;
import java.util.ArrayList;
import java.util.List;

/**
 * How the windows of neighbouring outputs lie in a panel along one axis, so that outputs one apart
 * are panel elements one apart: source elements are sorted into planes, by their remainder modulo
 * the stride, or one plane a tap.
 *
 * @param phase the axis
 * @param starts where each plane begins, from the source position of the first tap on
 * @param planes which plane each tap reads
 * @param shifts how far into its plane each tap begins
 * @param mostShift the largest of these
 */
record PanelAxis(AxisPhase phase, int[] starts, int[] planes, int[] shifts, int mostShift) {

  /** Taps share planes; each holds {@code mostShift} elements more than there are outputs. */
  static PanelAxis shared(AxisPhase phase) {
    int taps = phase.taps().length;
    List<Integer> starts = new ArrayList<>();
    int[] planes = new int[taps];
    int[] shifts = new int[taps];
    int most = 0;
    for (int t = 0; t < taps; t++) {
      int distance = phase.panelTap(t);
      int start = (int) (distance % phase.srcStep());
      if (!starts.contains(start)) {
        starts.add(start);
      }
      planes[t] = starts.indexOf(start);
      shifts[t] = (int) (distance / phase.srcStep());
      most = Math.max(most, shifts[t]);
    }
    return new PanelAxis(
        phase, starts.stream().mapToInt(Integer::intValue).toArray(), planes, shifts, most);
  }

  /** Each tap has a plane of its own, as long as the outputs. */
  static PanelAxis apart(AxisPhase phase) {
    int taps = phase.taps().length;
    int[] starts = new int[taps];
    int[] planes = new int[taps];
    for (int t = 0; t < taps; t++) {
      starts[t] = phase.panelTap(t);
      planes[t] = t;
    }
    return new PanelAxis(phase, starts, planes, new int[taps], 0);
  }

  /** Where the first element of a plane lies in the source, the tile beginning with output j. */
  long source(int plane, int j) {
    return j * phase.srcStep() + phase.positions()[0] + starts[plane];
  }
}
