package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Mask;
import io.github.conv4j.internal.vector.code.NeighbourSums;
import io.github.conv4j.internal.vector.code.Part;
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
  private final VectorVariable zero;

  /** As many as may lie beyond either edge. */
  private final Mask[] isBeyondLeft;

  private final Mask[] isBeyondRight;

  /** What each tap of a pixel reads, all rows and channels of it. */
  private final Part[] columns;

  /**
   * Begins a block of pixels.
   *
   * @param begin where the first vector that the first pixel of a row sees lies, or would lie, in
   *     bytes
   * @param size of what is read from each vector on, in bytes
   * @param pixel the first one of the block
   */
  BandRow(
      KernelCode code,
      Fields band,
      Segment src,
      WideVariable begin,
      WideVariable size,
      Int pixel,
      int taps,
      int stride,
      int pixels) {
    int half = taps / 2;
    isBeyondLeft = new Mask[half];
    isBeyondRight = new Mask[half];
    zero = code.local(code.constant(0f).broadcast());
    WideVariable tapStep = code.local(band.wide("tapStep").times(Float.BYTES));
    WideVariable from = code.local(begin.plus(pixel.times(stride).widened().times(tapStep)));
    IntVariable before = code.local(band.integer("left").minus(pixel.times(stride)));
    IntVariable after =
        code.local(
            pixel
                .plus(pixels)
                .minus(band.integer("count"))
                .times(stride)
                .plus(band.integer("right")));
    columns = new Part[NeighbourSums.span(pixels, stride, taps)];
    for (int i = 0; i < columns.length; i++) {
      int fromRight = columns.length - 1 - i;
      WideVariable at = code.local(from.plus(tapStep.times(i)));
      if (i < half) {
        isBeyondLeft[i] = code.local(code.allIfGreater(before, code.constant(i)));
        int inward = half - i;
        code.ifAtLeast(before, code.constant(i + 1), () -> at.set(at.plus(tapStep.times(inward))));
      }
      if (fromRight < half) {
        isBeyondRight[fromRight] = code.local(code.allIfGreater(after, code.constant(fromRight)));
        int inward = fromRight - half;
        code.ifAtLeast(
            after, code.constant(fromRight + 1), () -> at.set(at.plus(tapStep.times(inward))));
      }
      columns[i] = src.part(at, size);
    }
  }

  /**
   * Returns one of the vectors.
   *
   * @param at how far its row and channels are from the first
   */
  Vector vector(Wide at, int index) {
    Vector vector = columns[index].vector(at);
    int fromRight = columns.length - 1 - index;
    if (index < isBeyondLeft.length) {
      return vector.blend(zero, isBeyondLeft[index]);
    }
    return fromRight < isBeyondRight.length ? vector.blend(zero, isBeyondRight[fromRight]) : vector;
  }
}
