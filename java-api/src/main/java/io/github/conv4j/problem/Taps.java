package io.github.conv4j.problem;

import io.github.conv4j.Geometry;
import java.util.List;

/**
 * Which outputs meet the source at all, and with how many taps: of an axis, output {@code o} meets
 * the taps {@code k} with {@code 0 <= o * stride - begin + k * dilation < src}.
 *
 * <p><b>Memory.</b> One number an output of each axis. <b>Threads.</b> May be used by any number at
 * once. <b>Errors.</b> An axis of more than 2^31 - 1 outputs is refused with {@link
 * IllegalArgumentException}.
 */
public final class Taps {
  private Taps() {}

  /** Returns the most products that one output sums. */
  public static double most(Problem problem) {
    double most = (double) problem.convolution().inChannels() / problem.convolution().groups();
    for (int[] perOutput : counts(problem)) {
      int axisMost = 0;
      for (int count : perOutput) {
        axisMost = Math.max(axisMost, count);
      }
      most *= Math.max(1, axisMost);
    }
    return most;
  }

  /** Returns for each axis and each output the number of taps that hit the source. */
  public static int[][] counts(Problem problem) {
    boolean transposed = problem.convolution().isTransposed();
    List<Geometry.Axis> axes = problem.geometry().axes();
    int[][] counts = new int[axes.size()][];
    for (int i = 0; i < counts.length; i++) {
      Geometry.Axis axis = axes.get(i);
      counts[i] = transposed ? scattered(axis) : gathered(axis);
    }
    return counts;
  }

  private static int outputs(Geometry.Axis axis) {
    if (axis.dst() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "an axis may have up to %d outputs here but has %d"
              .formatted(Integer.MAX_VALUE, axis.dst()));
    }
    return (int) axis.dst();
  }

  private static int[] gathered(Geometry.Axis axis) {
    int[] counts = new int[outputs(axis)];
    for (int o = 0; o < counts.length; o++) {
      long first = o * axis.stride() - axis.begin();
      long firstTap = Math.max(0, Math.ceilDiv(-first, axis.dilation()));
      long pastTap =
          Math.min(axis.kernel(), Math.floorDiv(axis.src() - 1 - first, axis.dilation()) + 1);
      counts[o] = (int) Math.max(0, pastTap - firstTap);
    }
    return counts;
  }

  private static int[] scattered(Geometry.Axis axis) {
    int[] counts = new int[outputs(axis)];
    for (long i = 0; i < axis.src(); i++) {
      long first = i * axis.stride() - axis.begin();
      long firstTap = Math.max(0, Math.ceilDiv(-first, axis.dilation()));
      long pastTap =
          Math.min(axis.kernel(), Math.floorDiv(axis.dst() - 1 - first, axis.dilation()) + 1);
      for (long k = firstTap; k < pastTap; k++) {
        counts[(int) (first + k * axis.dilation())]++;
      }
    }
    return counts;
  }
}
