package io.github.conv4j.networks.internal.operator;

/**
 * A spatial axis of a pooling.
 *
 * @param srcSize how many elements there are
 * @param dstSize how many windows
 * @param kernel how many taps a window has
 * @param stride how far apart windows are
 * @param dilation how far apart taps are; 1 if they are neighbours
 * @param padBegin how many elements of padding are before the first
 * @param padEnd how many are after the last; they count only where padding is counted
 */
public record PoolingAxis(
    int srcSize, int dstSize, int kernel, int stride, int dilation, int padBegin, int padEnd) {
  /** An axis that is not there. */
  public static final PoolingAxis NONE = new PoolingAxis(1, 1, 1, 1, 1, 0, 0);

  /** Checks that each window has a tap on an element. */
  public PoolingAxis {
    Sizes.positive(srcSize, "srcSize");
    Sizes.positive(dstSize, "dstSize");
    Sizes.positive(kernel, "kernel");
    Sizes.positive(stride, "stride");
    Sizes.positive(dilation, "dilation");
    Sizes.notNegative(padBegin, "padBegin");
    Sizes.notNegative(padEnd, "padEnd");
    for (int window = 0; window < dstSize; window++) {
      if (tapsBelow(window, srcSize, kernel, stride, dilation, padBegin)
          <= tapsBelow(window, 0, kernel, stride, dilation, padBegin)) {
        throw new IllegalArgumentException(
            "window %d of %d has no tap on one of %d elements: kernel %d, stride %d, dilation %d, padding %d"
                .formatted(window, dstSize, srcSize, kernel, stride, dilation, padBegin));
      }
    }
  }

  /** How many taps of a window lie before an element. */
  private static int tapsBelow(
      int window, long element, int kernel, int stride, int dilation, int padBegin) {
    long begin = (long) window * stride - padBegin;
    long taps = Math.ceilDiv(element - begin, dilation);
    return Math.clamp(taps, 0, kernel);
  }

  private int tapsBelow(int window, long element) {
    return tapsBelow(window, element, kernel, stride, dilation, padBegin);
  }

  /** Returns the element under the first tap that is on one, of each window. */
  int[] firstElements() {
    int[] first = new int[dstSize];
    for (int window = 0; window < dstSize; window++) {
      first[window] = window * stride - padBegin + tapsBelow(window, 0) * dilation;
    }
    return first;
  }

  /** Returns how many taps of each window are on elements. */
  int[] tapCounts() {
    int[] counts = new int[dstSize];
    for (int window = 0; window < dstSize; window++) {
      counts[window] = tapsBelow(window, srcSize) - tapsBelow(window, 0);
    }
    return counts;
  }

  /** Returns how many taps of each window are on elements or padding. */
  int[] paddedTapCounts() {
    int[] counts = new int[dstSize];
    for (int window = 0; window < dstSize; window++) {
      counts[window] = tapsBelow(window, (long) srcSize + padEnd);
    }
    return counts;
  }
}
