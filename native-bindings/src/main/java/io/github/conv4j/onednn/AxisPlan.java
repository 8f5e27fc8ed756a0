package io.github.conv4j.onednn;

import io.github.conv4j.Geometry;
import io.github.conv4j.internal.compose.Window;
import org.jspecify.annotations.Nullable;

/**
 * One axis cut down to what takes part: outputs that meet the source, taps that ever hit it, source
 * elements that are ever read. oneDNN neither needs the rest nor, for outputs that see only
 * padding, is safe with it (oneDNN issue 5942: a read out of bounds).
 *
 * <p>All in the form of a convolution; for a transposed one, source and result are exchanged.
 *
 * @param coverage whether any, and which, outputs meet the source
 * @param src the source elements that take part
 * @param dst the outputs that meet the source
 * @param taps the taps that ever hit the source
 * @param stride equal to the description's, or smaller where there is only one output
 * @param dilation counted from 1
 * @param begin padding before the first source element that takes part
 * @param end padding after the last, possibly negative
 */
record AxisPlan(
    Coverage coverage,
    Window.Range src,
    Window.Range dst,
    Window.Range taps,
    long stride,
    long dilation,
    long begin,
    long end) {

  /** Which outputs meet the source. */
  enum Coverage {
    /** One run of neighbours. */
    CONTIGUOUS,
    /** None. */
    NONE,
    /** Several runs with outputs between them that see only padding. */
    GAPS
  }

  static AxisPlan of(Geometry.Axis axis, boolean transposed) {
    long src = transposed ? axis.dst() : axis.src();
    long dst = transposed ? axis.src() : axis.dst();
    long firstOutput = Long.MAX_VALUE;
    long lastOutput = -1;
    long firstTap = -1;
    long lastTap = -1;
    boolean gaps = false;
    for (long k = 0; k < axis.kernel(); k++) {
      long shift = axis.begin() - k * axis.dilation();
      long low = Math.max(0, Math.ceilDiv(shift, axis.stride()));
      long high = Math.min(dst - 1, Math.floorDiv(src - 1 + shift, axis.stride()));
      if (low > high) {
        continue;
      }
      // From tap to tap the outputs that it serves move down.
      gaps |= firstTap >= 0 && high < firstOutput - 1;
      firstTap = firstTap < 0 ? k : firstTap;
      lastTap = k;
      firstOutput = Math.min(firstOutput, low);
      lastOutput = Math.max(lastOutput, high);
    }
    if (firstTap < 0) {
      var nothing = new Window.Range(0, 1);
      return new AxisPlan(Coverage.NONE, nothing, nothing, nothing, 1, 1, 0, 0);
    }
    var taps = new Window.Range(firstTap, lastTap - firstTap + 1);
    var outputs = new Window.Range(firstOutput, lastOutput - firstOutput + 1);
    return cut(axis, src, taps, outputs, gaps ? Coverage.GAPS : Coverage.CONTIGUOUS);
  }

  private static AxisPlan cut(
      Geometry.Axis axis, long src, Window.Range taps, Window.Range outputs, Coverage coverage) {
    long stride = axis.stride();
    long dilation = taps.count() == 1 ? 1 : axis.dilation();
    long offset = axis.begin() - outputs.begin() * stride - taps.begin() * axis.dilation();
    long srcBegin = Math.max(0, -offset);
    long begin = Math.max(0, offset);
    long srcCount = src - srcBegin;
    long span = dilation * (taps.count() - 1) + 1;
    long end = (outputs.count() - 1) * stride + span - srcCount - begin;
    if (outputs.count() == 1) {
      // With one output the stride says nothing; the smallest that oneDNN takes keeps offsets
      // small.
      stride = Math.max(1, 1 - end);
    } else if (end + stride <= 0) {
      srcCount += end;
      end = 0;
    }
    return new AxisPlan(
        coverage,
        new Window.Range(srcBegin, srcCount),
        outputs,
        taps,
        stride,
        dilation,
        begin,
        end);
  }

  /**
   * Leaves out what follows the last source element that one output reads; its stride becomes 1.
   */
  AxisPlan withoutStrideOfOneOutput() {
    return dst.count() > 1 || stride == 1
        ? this
        : new AxisPlan(
            coverage,
            new Window.Range(src.begin(), src.count() + Math.min(0, end)),
            dst,
            taps,
            1,
            dilation,
            begin,
            Math.max(0, end));
  }

  /** The same with ranges that begin at 0. */
  AxisPlan fromZero() {
    return new AxisPlan(
        coverage,
        new Window.Range(0, src.count()),
        new Window.Range(0, dst.count()),
        new Window.Range(0, taps.count()),
        stride,
        dilation,
        begin,
        end);
  }

  /** The plan of some of the outputs, counted from the first that takes part; convolutions only. */
  AxisPlan part(Window.Range outputs) {
    long offset = begin - outputs.begin() * stride;
    long srcBegin = Math.max(0, -offset);
    long partBegin = Math.max(0, offset);
    long span = dilation * (taps.count() - 1) + 1;
    long needed = (outputs.count() - 1) * stride + span - partBegin;
    long srcCount = Math.min(needed, src.count() - srcBegin);
    return new AxisPlan(
        coverage,
        new Window.Range(src.begin() + srcBegin, srcCount),
        new Window.Range(dst.begin() + outputs.begin(), outputs.count()),
        taps,
        stride,
        dilation,
        partBegin,
        needed - srcCount);
  }

  // Written out: linking what the compiler makes for a record takes milliseconds of a first
  // prepare.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AxisPlan that
        && coverage == that.coverage
        && src.equals(that.src)
        && dst.equals(that.dst)
        && taps.equals(that.taps)
        && stride == that.stride
        && dilation == that.dilation
        && begin == that.begin
        && end == that.end;
  }

  @Override
  public int hashCode() {
    long hash = (stride * 31 + dilation) * 31 + begin;
    return Long.hashCode((hash * 31 + end) * 31 + taps.count());
  }
}
