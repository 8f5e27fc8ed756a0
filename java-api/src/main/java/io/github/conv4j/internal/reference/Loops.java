package io.github.conv4j.internal.reference;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.PaddingIndex;
import org.jspecify.annotations.Nullable;

/**
 * The seven loops on dense row-major arrays: {@code od, oh, ow, n, oc} outside, {@code ic} and the
 * taps that meet the source inside, in the order {@code kd, kh, kw}. Axes that a 1D or 2D problem
 * lacks have size 1.
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
  private final int srcPerChannel;
  private final int dstPerChannel;
  private final int tapsPerChannel;

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
    this.srcPerChannel = Math.toIntExact(d.src() * h.src() * w.src());
    this.dstPerChannel = Math.toIntExact(d.dst() * h.dst() * w.dst());
    this.tapsPerChannel = Math.toIntExact(d.kernel() * h.kernel() * w.kernel());
  }

  /** The taps that meet the source at one position of the output, of one concurrent caller. */
  static final class Taps {
    private final int[] src;
    private final int[] weights;
    private int count;

    private Taps(int most) {
      src = new int[most];
      weights = new int[most];
    }

    private void add(long srcIndex, long weightsIndex) {
      src[count] = (int) srcIndex;
      weights[count] = (int) weightsIndex;
      count++;
    }
  }

  Taps newTaps() {
    return new Taps(tapsPerChannel);
  }

  long tapsByteSize() {
    return 2L * tapsPerChannel * Integer.BYTES;
  }

  void run(
      Taps taps,
      float[] src,
      float[] weights,
      double @Nullable [] bias,
      Outputs outputs,
      float[][] operands,
      double[] dst) {
    int position = 0;
    for (long od = 0; od < d.dst(); od++) {
      for (long oh = 0; oh < h.dst(); oh++) {
        for (long ow = 0; ow < w.dst(); ow++) {
          meet(taps, od, oh, ow);
          runAt(position, taps, src, weights, bias, outputs, operands, dst);
          position++;
        }
      }
    }
  }

  /** All outputs at one position, which meet the source at the same taps. */
  private void runAt(
      int position,
      Taps taps,
      float[] src,
      float[] weights,
      double @Nullable [] bias,
      Outputs outputs,
      float[][] operands,
      double[] dst) {
    for (int n = 0; n < batch; n++) {
      for (int g = 0; g < groups; g++) {
        for (int oc = 0; oc < outPerGroup; oc++) {
          int channel = g * outPerGroup + oc;
          int index = (n * groups * outPerGroup + channel) * dstPerChannel + position;
          double sum = window(taps, src, weights, n, g, oc);
          if (bias != null) {
            sum += bias[channel];
          }
          dst[index] = outputs.of(sum, channel, index, operands);
        }
      }
    }
  }

  private double window(Taps taps, float[] src, float[] weights, int n, int g, int oc) {
    int srcAt = (n * groups + g) * inPerGroup * srcPerChannel;
    int weightsChannel =
        transposed ? g * inPerGroup * outPerGroup + oc : (g * outPerGroup + oc) * inPerGroup;
    int weightsAt = weightsChannel * tapsPerChannel;
    int weightsStep = (transposed ? outPerGroup : 1) * tapsPerChannel;
    int[] srcTaps = taps.src;
    int[] weightsTaps = taps.weights;
    int count = taps.count;
    double sum = 0;
    for (int ic = 0; ic < inPerGroup; ic++) {
      for (int tap = 0; tap < count; tap++) {
        double value = src[srcAt + srcTaps[tap]];
        sum += value * weights[weightsAt + weightsTaps[tap]];
      }
      srcAt += srcPerChannel;
      weightsAt += weightsStep;
    }
    return sum;
  }

  private void meet(Taps taps, long od, long oh, long ow) {
    long firstH = firstTap(h, oh);
    long firstW = firstTap(w, ow);
    long pastD = pastTap(d, od);
    long pastH = pastTap(h, oh);
    long pastW = pastTap(w, ow);
    long stepD = tapStep(d);
    long stepH = tapStep(h);
    long stepW = tapStep(w);
    taps.count = 0;
    for (long kd = firstTap(d, od); kd < pastD; kd += stepD) {
      long srcRows = source(d, od, kd) * h.src();
      long weightsRows = kd * h.kernel();
      for (long kh = firstH; kh < pastH; kh += stepH) {
        long srcRow = (srcRows + source(h, oh, kh)) * w.src();
        long weightsRow = (weightsRows + kh) * w.kernel();
        for (long kw = firstW; kw < pastW; kw += stepW) {
          taps.add(srcRow + source(w, ow, kw), weightsRow + kw);
        }
      }
    }
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
