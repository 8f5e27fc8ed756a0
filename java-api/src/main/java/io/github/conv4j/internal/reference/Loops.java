package io.github.conv4j.internal.reference;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.PaddingIndex;
import org.jspecify.annotations.Nullable;

/**
 * The seven loops on dense row-major arrays: {@code n, oc, od, oh, ow} outside, {@code ic, kd, kh,
 * kw} inside. Axes that a 1D or 2D problem lacks have size 1.
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

  void run(float[] src, float[] weights, float @Nullable [] bias, float[] dst) {
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
                dst[index++] = (float) sum;
              }
            }
          }
        }
      }
    }
  }

  private double window(
      float[] src, float[] weights, int n, int g, int oc, int od, int oh, int ow) {
    double sum = 0;
    for (int ic = 0; ic < inPerGroup; ic++) {
      int srcChannel = (n * groups + g) * inPerGroup + ic;
      int weightsChannel =
          transposed
              ? (g * inPerGroup + ic) * outPerGroup + oc
              : (g * outPerGroup + oc) * inPerGroup + ic;
      for (int kd = 0; kd < d.kernel(); kd++) {
        long id = source(d, od, kd);
        if (id == PaddingIndex.ZERO) {
          continue;
        }
        for (int kh = 0; kh < h.kernel(); kh++) {
          long ih = source(h, oh, kh);
          if (ih == PaddingIndex.ZERO) {
            continue;
          }
          for (int kw = 0; kw < w.kernel(); kw++) {
            long iw = source(w, ow, kw);
            if (iw == PaddingIndex.ZERO) {
              continue;
            }
            double value = src[(int) (((srcChannel * d.src() + id) * h.src() + ih) * w.src() + iw)];
            sum +=
                value
                    * weights[
                        (int)
                            (((weightsChannel * d.kernel() + kd) * h.kernel() + kh) * w.kernel()
                                + kw)];
          }
        }
      }
    }
    return sum;
  }

  /** Returns the source element that output {@code o} meets at tap {@code k}. */
  private long source(Geometry.Axis axis, long o, long k) {
    if (!transposed) {
      long position = o * axis.stride() - axis.begin() + k * axis.dilation();
      return PaddingIndex.source(mode, position, axis.src());
    }
    long reached = o + axis.begin() - k * axis.dilation();
    boolean meets =
        reached >= 0 && reached % axis.stride() == 0 && reached / axis.stride() < axis.src();
    return meets ? reached / axis.stride() : PaddingIndex.ZERO;
  }
}
