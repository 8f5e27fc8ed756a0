package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Products of matrices that both change from run to run: {@code dst[b] = src[b] * operand[b]}, the
 * left one {@code [m, k]}, the right one {@code [k, n]}. Each unit of work is a panel of columns of
 * one product.
 */
public final class MatrixProduct extends RangedPrimitive {
  private static final double MULTIPLICATION_NANOS = 0.05;

  private final int m;
  private final int k;
  private final int n;
  private final long[] left;
  private final long[] right;
  private final ProductLoop loop;
  private final int panels;

  /**
   * Plans products.
   *
   * @param left where the left matrix of each product begins, in elements
   * @param right where the right one does
   */
  public MatrixProduct(int m, int k, int n, long[] left, long[] right, int threads) {
    super(
        Math.multiplyExact((long) left.length, panels(n)),
        MULTIPLICATION_NANOS * m * k * Loops.current().product().panelWidth(),
        threads);
    Sizes.product("m, k", m, k);
    Sizes.product("k, n", k, n);
    Sizes.product("products, m, n", left.length, m, n);
    Sizes.sameLength(left.length, "left", right.length, "right");
    this.m = m;
    this.k = k;
    this.n = n;
    this.left = left.clone();
    this.right = right.clone();
    this.loop = Loops.current().product();
    this.panels = panels(n);
    Math.multiplyExact(m, k);
    Math.multiplyExact(k, loop.panelWidth());
    Math.multiplyExact(m, loop.panelWidth());
  }

  private static int panels(int n) {
    return Math.ceilDiv(Sizes.positive(n, "n"), Loops.current().product().panelWidth());
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    float[] a = new float[m * k];
    float[] b = new float[k * loop.panelWidth()];
    float[] c = new float[m * loop.panelWidth()];
    return (begin, end, src, dst, operands) -> {
      long copied = -1;
      for (long unit = begin; unit < end; unit++) {
        int product = (int) (unit / panels);
        if (left[product] != copied) {
          copied = left[product];
          MemorySegment.copy(src, JAVA_FLOAT, copied * Float.BYTES, a, 0, a.length);
        }
        run(product, (int) (unit % panels), operands[0], dst, a, b, c);
      }
    };
  }

  private void run(
      int product,
      int panel,
      MemorySegment operand,
      MemorySegment dst,
      float[] a,
      float[] b,
      float[] c) {
    int width = loop.panelWidth();
    int first = panel * width;
    int columns = Math.min(width, n - first);
    for (int row = 0; row < k; row++) {
      long at = right[product] + (long) row * n + first;
      MemorySegment.copy(operand, JAVA_FLOAT, at * Float.BYTES, b, row * width, columns);
    }
    Arrays.fill(c, 0);
    loop.run(a, 0, k, m, b, 0, k, c, 0, width);
    for (int row = 0; row < m; row++) {
      long at = ((long) product * m + row) * n + first;
      MemorySegment.copy(c, row * width, dst, JAVA_FLOAT, at * Float.BYTES, columns);
    }
  }
}
