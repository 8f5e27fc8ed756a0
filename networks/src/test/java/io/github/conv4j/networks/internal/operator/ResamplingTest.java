package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.Primitive;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResamplingTest {
  private static final ResamplingAxis NONE = ResamplingAxis.NONE;

  /** Half-pixel. */
  private static ResamplingAxis linear(int srcSize, int dstSize) {
    int[] low = new int[dstSize];
    int[] high = new int[dstSize];
    float[] lowWeights = new float[dstSize];
    float[] highWeights = new float[dstSize];
    for (int i = 0; i < dstSize; i++) {
      double at = Math.clamp((i + 0.5) * srcSize / dstSize - 0.5, 0, srcSize - 1);
      low[i] = (int) at;
      high[i] = Math.min(srcSize - 1, low[i] + 1);
      highWeights[i] = (float) (at - low[i]);
      lowWeights[i] = 1 - highWeights[i];
    }
    return ResamplingAxis.linear(srcSize, low, high, lowWeights, highWeights);
  }

  private static ResamplingAxis nearest(int srcSize, int dstSize) {
    int[] elements = new int[dstSize];
    for (int i = 0; i < dstSize; i++) {
      elements[i] = i * srcSize / dstSize;
    }
    return ResamplingAxis.nearest(srcSize, elements);
  }

  private static final ResamplingAxis[][] AXES = {
    {NONE, NONE, NONE},
    {NONE, NONE, nearest(5, 10)},
    {NONE, NONE, linear(5, 8)},
    {NONE, nearest(7, 14), nearest(9, 18)},
    {NONE, nearest(7, 3), nearest(9, 31)},
    {NONE, linear(7, 14), linear(9, 18)},
    {NONE, linear(7, 3), nearest(9, 4)},
    {NONE, nearest(7, 13), linear(9, 5)},
    {nearest(2, 4), nearest(3, 6), nearest(4, 8)},
    {linear(2, 4), linear(3, 6), linear(4, 8)},
    {linear(3, 5), nearest(3, 6), linear(4, 7)},
    {nearest(3, 5), linear(3, 6), linear(4, 7)}
  };

  @Test
  void tablesSayWhatIsMixed() {
    var random = new Random(8);
    for (ResamplingAxis[] axes : AXES) {
      for (int channels : new int[] {1, 3, 6, 8, 21, 96, 301}) {
        int batch = 2;
        int pixels = axes[0].srcSize() * axes[1].srcSize() * axes[2].srcSize();
        float[] src = OperatorRun.gaussians(random, (long) batch * pixels * channels);
        double[] expected = expected(batch, axes, channels, src);
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive =
              OperatorRun.make(
                  loops, () -> new Resampling(batch, axes[0], axes[1], axes[2], channels, 2));
          float[] dst = OperatorRun.floats(primitive, expected.length, src);
          OperatorRun.near(dst, expected, 1e-6, axes[1] + " " + axes[2] + " " + channels);
        }
      }
    }
  }

  private static double[] expected(int batch, ResamplingAxis[] axes, int channels, float[] src) {
    ResamplingAxis depth = axes[0];
    ResamplingAxis height = axes[1];
    ResamplingAxis width = axes[2];
    int pixels = depth.dstSize() * height.dstSize() * width.dstSize();
    double[] dst = new double[batch * pixels * channels];
    for (int i = 0; i < dst.length; i++) {
      int c = i % channels;
      int x = i / channels % width.dstSize();
      int y = i / channels / width.dstSize() % height.dstSize();
      int z = i / channels / width.dstSize() / height.dstSize() % depth.dstSize();
      int n = i / channels / pixels;
      for (int corner = 0; corner < 8; corner++) {
        int sz = element(depth, z, corner & 1);
        int sy = element(height, y, corner >> 1 & 1);
        int sx = element(width, x, corner >> 2);
        double weight =
            weight(depth, z, corner & 1)
                * weight(height, y, corner >> 1 & 1)
                * weight(width, x, corner >> 2);
        int plane = (n * depth.srcSize() + sz) * height.srcSize() + sy;
        dst[i] += weight * src[(plane * width.srcSize() + sx) * channels + c];
      }
    }
    return dst;
  }

  private static int element(ResamplingAxis axis, int at, int side) {
    return (side == 0 ? axis.low() : axis.high())[at];
  }

  private static double weight(ResamplingAxis axis, int at, int side) {
    return (side == 0 ? axis.lowWeights() : axis.highWeights())[at];
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> ResamplingAxis.nearest(3, new int[] {3})).hasMessageContaining("3");
    assertThatThrownBy(() -> ResamplingAxis.nearest(3, new int[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> ResamplingAxis.linear(3, new int[2], new int[1], new float[2], new float[2]))
        .hasMessageContainingAll("high", "low");
    assertThatThrownBy(() -> new Resampling(1, NONE, NONE, NONE, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
