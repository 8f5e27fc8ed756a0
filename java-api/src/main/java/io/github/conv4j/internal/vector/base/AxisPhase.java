package io.github.conv4j.internal.vector.base;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One axis of outputs whose windows all look alike: outputs {@code dstBegin + j * dstStep}, whose
 * tap {@code t} meets source position {@code j * srcStep + positions[t]}.
 *
 * <p>A convolution is one phase. A transposed convolution of stride s is s phases of stride 1, one
 * for each remainder of the output index, each with the taps that land on it.
 *
 * @param dstBegin the first output
 * @param dstStep from one output of the phase to the next
 * @param count how many outputs
 * @param srcStep from the window of one output to that of the next, in source elements
 * @param positions where the taps meet the source for the first output, ascending
 * @param taps which tap of the kernel each is
 */
public record AxisPhase(
    long dstBegin, long dstStep, int count, long srcStep, long[] positions, int[] taps) {
  /** A tap and where it meets the source. */
  private record Meeting(long position, int tap) {}

  public static List<AxisPhase> of(Geometry.Axis axis, boolean transposed, PaddingMode mode) {
    if (!transposed) {
      List<Meeting> meetings = new ArrayList<>();
      for (int k = 0; k < axis.kernel(); k++) {
        long position = k * axis.dilation() - axis.begin();
        if (mode != PaddingMode.ZEROS || everMeets(position, axis.stride(), axis)) {
          meetings.add(new Meeting(position, k));
        }
      }
      return List.of(phase(0, 1, Math.toIntExact(axis.dst()), axis.stride(), meetings));
    }
    List<AxisPhase> phases = new ArrayList<>();
    for (long remainder = 0; remainder < Math.min(axis.stride(), axis.dst()); remainder++) {
      List<Meeting> meetings = new ArrayList<>();
      for (int k = 0; k < axis.kernel(); k++) {
        long shifted = remainder + axis.begin() - k * axis.dilation();
        if (Math.floorMod(shifted, axis.stride()) == 0) {
          meetings.add(new Meeting(Math.floorDiv(shifted, axis.stride()), k));
        }
      }
      meetings.sort(Comparator.comparingLong(Meeting::position));
      int count = Math.toIntExact(Math.ceilDiv(axis.dst() - remainder, axis.stride()));
      meetings.removeIf(m -> m.position() + count <= 0 || m.position() >= axis.src());
      phases.add(phase(remainder, axis.stride(), count, 1, meetings));
    }
    return phases;
  }

  private static AxisPhase phase(
      long dstBegin, long dstStep, int count, long srcStep, List<Meeting> meetings) {
    return new AxisPhase(
        dstBegin,
        dstStep,
        count,
        srcStep,
        meetings.stream().mapToLong(Meeting::position).toArray(),
        meetings.stream().mapToInt(Meeting::tap).toArray());
  }

  private static boolean everMeets(long position, long step, Geometry.Axis axis) {
    long firstInside = Math.max(0, Math.ceilDiv(-position, step));
    return firstInside < axis.dst() && position + firstInside * step < axis.src();
  }

  /** The index of the j-th output of the phase. */
  public long output(int j) {
    return dstBegin + j * dstStep;
  }

  /** The distance between neighbouring taps in the source; 0 if they are not evenly spaced. */
  public long tapStep() {
    if (positions.length < 2) {
      return 1;
    }
    long step = positions[1] - positions[0];
    for (int t = 2; t < positions.length; t++) {
      if (positions[t] - positions[t - 1] != step) {
        return 0;
      }
    }
    return step;
  }

  public boolean isEmpty() {
    return positions.length == 0;
  }

  /** The source elements that one window covers, from its first to its last tap. */
  public int span() {
    return Math.toIntExact(positions[positions.length - 1] - positions[0] + 1);
  }

  /** From one window to the next in a panel: windows that do not overlap are put side by side. */
  public int panelStep() {
    return Math.toIntExact(Math.min(srcStep, span()));
  }

  /** How many panel elements the windows of {@code outputs} neighbours take. */
  public int panelLength(int outputs) {
    return (outputs - 1) * panelStep() + span();
  }

  /**
   * The source position that a panel element stands for, the tile beginning with output {@code j}.
   */
  public long sourcePosition(int j, int panelElement) {
    long inside =
        srcStep > span() ? panelElement / span() * srcStep + panelElement % span() : panelElement;
    return j * srcStep + positions[0] + inside;
  }

  /** Where a tap lies in a window of the panel. */
  public int panelTap(int t) {
    return Math.toIntExact(positions[t] - positions[0]);
  }
}
