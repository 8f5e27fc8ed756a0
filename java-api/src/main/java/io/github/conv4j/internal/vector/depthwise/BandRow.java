package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Mask;
import io.github.conv4j.internal.vector.code.NeighbourSums;
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.Vector;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.Wide;
import io.github.conv4j.internal.vector.code.WideVariable;

/**
 * The source vectors that neighbouring pixels of a band see in one row, while a kernel is written.
 * What lies beyond an edge is zero, whatever is read there.
 */
final class BandRow {
  private final KernelCode code;
  private final Segment src;
  private final WideVariable tapStep;
  private final VectorVariable zero;

  /** As many as may lie beyond either edge. */
  private final Mask[] isBeyondLeft;

  private final Mask[] isBeyondRight;

  /** Where they, or others in their stead, are read. */
  private final WideVariable[] left;

  private final WideVariable[] right;
  private final int span;

  /**
   * Begins a block of pixels.
   *
   * @param tapStep from one vector to the next, in bytes
   * @param pixel the first one
   * @param last where the last block begins
   */
  BandRow(
      KernelCode code,
      Fields band,
      Segment src,
      WideVariable tapStep,
      int taps,
      int stride,
      int pixels,
      IntVariable pixel,
      IntVariable last) {
    this.code = code;
    this.src = src;
    this.tapStep = tapStep;
    span = NeighbourSums.span(pixels, stride, taps);
    int half = taps / 2;
    isBeyondLeft = new Mask[half];
    isBeyondRight = new Mask[half];
    left = new WideVariable[half];
    right = new WideVariable[half];
    zero = code.local(code.constant(0f).broadcast());
    IntVariable before = code.local(band.integer("left").minus(pixel.times(stride)));
    IntVariable after = code.local(band.integer("right").minus(last.minus(pixel).times(stride)));
    for (int i = 0; i < half; i++) {
      isBeyondLeft[i] = code.local(code.allIfGreater(before, code.constant(i)));
      isBeyondRight[i] = code.local(code.allIfGreater(after, code.constant(i)));
      left[i] = distance(i, half, before, i);
      right[i] = distance(span - 1 - i, span - 1 - half, after, i);
    }
  }

  private WideVariable distance(int index, int instead, IntVariable beyond, int least) {
    WideVariable distance = code.local(tapStep.times(index));
    code.ifAtLeast(beyond, code.constant(least + 1), () -> distance.set(tapStep.times(instead)));
    return distance;
  }

  /**
   * Returns one of the vectors.
   *
   * @param from where the first lies, or would lie
   */
  Vector vector(Wide from, int index) {
    if (index < left.length) {
      return src.vector(from.plus(left[index])).blend(zero, isBeyondLeft[index]);
    }
    int fromRight = span - 1 - index;
    if (fromRight < right.length) {
      return src.vector(from.plus(right[fromRight])).blend(zero, isBeyondRight[fromRight]);
    }
    return src.vector(from.plus(tapStep.times(index)));
  }
}
