package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Shares, and which is the largest. */
class SoftmaxTest {
  /** Outer, axis, inner. */
  private static final int[][] SHAPES = {
    {1, 1, 1}, {3, 5, 1}, {7, 40, 1}, {2, 6625, 1}, {2, 5, 3}, {3, 17, 29}, {1, 300, 8}
  };

  @Test
  void shares() {
    var random = new Random(6);
    for (int[] shape : SHAPES) {
      for (float offset : new float[] {0, 3000}) {
        float[] src = OperatorRun.gaussians(random, (long) shape[0] * shape[1] * shape[2]);
        for (int i = 0; i < src.length; i++) {
          src[i] = src[i] * 4 + offset;
        }
        for (boolean isLogarithm : new boolean[] {false, true}) {
          double[] expected = expected(shape, src, isLogarithm);
          for (Loops loops : OperatorRun.loops()) {
            Primitive primitive =
                OperatorRun.make(
                    loops, () -> new Softmax(isLogarithm, shape[0], shape[1], shape[2], 2));
            float[] dst = OperatorRun.floats(primitive, src.length, src);
            OperatorRun.near(dst, expected, 3e-6, "softmax of " + shape[1] + "x" + shape[2]);
            assertThat(OperatorRun.inPlace(primitive, src)).isEqualTo(dst);
          }
        }
      }
    }
  }

  private static double[] expected(int[] shape, float[] src, boolean isLogarithm) {
    double[] dst = new double[src.length];
    for (int o = 0; o < shape[0]; o++) {
      for (int i = 0; i < shape[2]; i++) {
        int at = o * shape[1] * shape[2] + i;
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < shape[1]; k++) {
          max = Math.max(max, src[at + k * shape[2]]);
        }
        double sum = 0;
        for (int k = 0; k < shape[1]; k++) {
          sum += Math.exp(src[at + k * shape[2]] - max);
        }
        for (int k = 0; k < shape[1]; k++) {
          double logarithm = src[at + k * shape[2]] - max - Math.log(sum);
          dst[at + k * shape[2]] = isLogarithm ? logarithm : Math.exp(logarithm);
        }
      }
    }
    return dst;
  }

  @Test
  void whereTheExtremeIs() {
    var random = new Random(12);
    for (int[] shape : SHAPES) {
      float[] src = OperatorRun.integers(random, (long) shape[0] * shape[1] * shape[2]);
      for (ArgExtremum.Kind kind : ArgExtremum.Kind.values()) {
        for (boolean takesLast : new boolean[] {false, true}) {
          assertThat(computed(kind, takesLast, shape, src))
              .isEqualTo(expected(kind, takesLast, shape, src));
        }
      }
    }
  }

  private static long[] computed(
      ArgExtremum.Kind kind, boolean takesLast, int[] shape, float[] src) {
    try (Arena arena = Arena.ofConfined()) {
      var primitive = new ArgExtremum(kind, takesLast, shape[0], shape[1], shape[2], 2);
      return OperatorRun.run(primitive, arena, 8L * shape[0] * shape[2], null, src)
          .toArray(JAVA_LONG);
    }
  }

  private static long[] expected(
      ArgExtremum.Kind kind, boolean takesLast, int[] shape, float[] src) {
    long[] dst = new long[shape[0] * shape[2]];
    for (int at = 0; at < dst.length; at++) {
      int from = at / shape[2] * shape[1] * shape[2] + at % shape[2];
      double best = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < shape[1]; k++) {
        double x = src[from + k * shape[2]] * (kind == ArgExtremum.Kind.MAX ? 1 : -1);
        if (x > best || (x == best && takesLast)) {
          best = x;
          dst[at] = k;
        }
      }
    }
    return dst;
  }

  @Test
  void notANumberIsExtreme() {
    float[] src = {3, Float.NaN, 5, Float.NaN, 9};
    int[] shape = {1, 5, 1};
    for (ArgExtremum.Kind kind : ArgExtremum.Kind.values()) {
      assertThat(computed(kind, false, shape, src)).containsExactly(1);
      assertThat(computed(kind, true, shape, src)).containsExactly(3);
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Softmax(false, 0, 1, 1, 1)).hasMessageContaining("outer");
    assertThatThrownBy(() -> new Softmax(false, 1, 0, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ArgExtremum(ArgExtremum.Kind.MAX, false, 1, 1, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
