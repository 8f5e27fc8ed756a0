package io.github.conv4j.internal.vector.base;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import java.util.List;

/** A caller's weights as an array, read by group, channels within the group, and tap. */
public final class WeightsView {
  private final float[] values;
  private final boolean transposed;
  private final int groups;
  private final int inPerGroup;
  private final int outPerGroup;
  private final int kernelH;
  private final int kernelW;
  private final int kernelSize;

  public WeightsView(float[] values, Convolution convolution, List<Geometry.Axis> axes) {
    this.values = values;
    this.transposed = convolution.isTransposed();
    this.groups = Math.toIntExact(convolution.groups());
    this.inPerGroup = Math.toIntExact(convolution.inChannels() / convolution.groups());
    this.outPerGroup = Math.toIntExact(convolution.outChannels() / convolution.groups());
    int last = axes.size() - 1;
    this.kernelW = Math.toIntExact(axes.get(last).kernel());
    this.kernelH = last >= 1 ? Math.toIntExact(axes.get(last - 1).kernel()) : 1;
    int kernelD = last >= 2 ? Math.toIntExact(axes.get(last - 2).kernel()) : 1;
    this.kernelSize = kernelD * kernelH * kernelW;
  }

  public int groups() {
    return groups;
  }

  public int inPerGroup() {
    return inPerGroup;
  }

  public int outPerGroup() {
    return outPerGroup;
  }

  /** The taps of a phase, as indices into a kernel. */
  public int[] kernelTaps(AxisPhase d, AxisPhase h, AxisPhase w) {
    int[] taps = new int[d.taps().length * h.taps().length * w.taps().length];
    int at = 0;
    for (int i : d.taps()) {
      for (int j : h.taps()) {
        for (int k : w.taps()) {
          taps[at++] = (i * kernelH + j) * kernelW + k;
        }
      }
    }
    return taps;
  }

  public float at(int group, int oc, int ic, int tap) {
    int channel =
        transposed
            ? (group * inPerGroup + ic) * outPerGroup + oc
            : (group * outPerGroup + oc) * inPerGroup + ic;
    return values[channel * kernelSize + tap];
  }
}
