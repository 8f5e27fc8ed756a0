package io.github.conv4j.internal.reference;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.PaddingIndex;
import org.jspecify.annotations.Nullable;

/**
 * The seven loops on dense row-major arrays: {@code n, oc, od, oh, ow} outside, {@code ic, kd, kh,
 * kw} inside, over the taps that meet the source. Axes that a 1D or 2D problem lacks have size 1.
 */
final class Loops {
  private final int batch;
  private final int groups;
  private final int inPerGroup;
  private final int outPerGroup;
  private final Geometry.Axis d;
  private final Geometry.Axis h;
  private final Geometry.Axis w;
  private final PaddingMode mode;
  private final boolean transposed;

  Loops(
      int batch,
      int groups,
      int inPerGroup,
      int outPerGroup,
      Geometry.Axis d,
      Geometry.Axis h,
      Geometry.Axis w,
      PaddingMode mode,
      boolean transposed) {
    this.batch = batch;
    this.groups = groups;
    this.inPerGroup = inPerGroup;
    this.outPerGroup = outPerGroup;
    this.d = d;
    this.h = h;
    this.w = w;
    this.mode = mode;
    this.transposed = transposed;
  }

  void run(
      float[] src,
      float[] weights,
      double @Nullable [] bias,
      Outputs outputs,
      float[][] operands,
      double[] dst) {
    int index = 0;
    for (int n = 0; n < batch; n++) {
      for (int g = 0; g < groups; g++) {
        for (int oc = 0; oc < outPerGroup; oc++) {
          for (int od = 0; od < d.dst(); od++) {
            for (int oh = 0; oh < h.dst(); oh++) {
              for (int ow = 0; ow < w.dst(); ow++) {
                double sum = window(src, weights, n, g, oc, od, oh, ow);
                if (bias != null) {
                  sum += bias[g * outPerGroup + oc];
                }
                int channel = g * outPerGroup + oc;
                dst[index] = outputs.of(sum, channel, index, operands);
                index++;
              }
            }
          }
        }
      }
    }
  }

  private double window(
      float[] src, float[] weights, int n, int g, int oc, int od, int oh, int ow) {
    long firstD = firstTap(d, od);
    long firstH = firstTap(h, oh);
    long firstW = firstTap(w, ow);
    long pastD = pastTap(d, od);
    long pastH = pastTap(h, oh);
    long pastW = pastTap(w, ow);
    long stepD = tapStep(d);
    long stepH = tapStep(h);
    long stepW = tapStep(w);
    double sum = 0;
    for (int ic = 0; ic < inPerGroup; ic++) {
      int srcChannel = (n * groups + g) * inPerGroup + ic;
      int weightsChannel =
          transposed
              ? (g * inPerGroup + ic) * outPerGroup + oc
              : (g * outPerGroup + oc) * inPerGroup + ic;
      for (long kd = firstD; kd < pastD; kd += stepD) {
        long srcRows = (srcChannel * d.src() + source(d, od, kd)) * h.src();
        long weightsRows = (weightsChannel * d.kernel() + kd) * h.kernel();
        for (long kh = firstH; kh < pastH; kh += stepH) {
          long srcRow = (srcRows + source(h, oh, kh)) * w.src();
          long weightsRow = (weightsRows + kh) * w.kernel();
          for (long kw = firstW; kw < pastW; kw += stepW) {
            double value = src[(int) (srcRow + source(w, ow, kw))];
            sum += value * weights[(int) (weightsRow + kw)];
          }
        }
      }
    }
    return sum;
  }

  /**
   * Returns the source element that output {@code o} meets at tap {@code k}, one of those below.
   */
  private long source(Geometry.Axis axis, long o, long k) {
    if (transposed) {
      return (o + axis.begin() - k * axis.dilation()) / axis.stride();
    }
    long position = o * axis.stride() - axis.begin() + k * axis.dilation();
    return PaddingIndex.source(mode, position, axis.src());
  }

  /** Returns the first tap at which output {@code o} meets the source; past the last if none. */
  private long firstTap(Geometry.Axis axis, long o) {
    if (mode != PaddingMode.ZEROS) {
      return 0;
    }
    if (!transposed) {
      return Math.max(0, Math.ceilDiv(axis.begin() - o * axis.stride(), axis.dilation()));
    }
    long reached = o + axis.begin();
    long last = (axis.src() - 1) * axis.stride();
    long k = Math.max(0, Math.ceilDiv(reached - last, axis.dilation()));
    long past = pastTap(axis, o);
    while (k < past && (reached - k * axis.dilation()) % axis.stride() != 0) {
      k++;
    }
    return k;
  }

  private long pastTap(Geometry.Axis axis, long o) {
    if (mode != PaddingMode.ZEROS) {
      return axis.kernel();
    }
    long first = transposed ? o + axis.begin() : axis.src() - 1 + axis.begin() - o * axis.stride();
    return Math.min(axis.kernel(), Math.floorDiv(first, axis.dilation()) + 1);
  }

  /** A transposed convolution meets the source again where stride and dilation do. */
  private long tapStep(Geometry.Axis axis) {
    return transposed ? axis.stride() / greatestCommonDivisor(axis.stride(), axis.dilation()) : 1;
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }
}
