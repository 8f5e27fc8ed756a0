package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.Primitive;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReductionTest {
  /** Outer, axis, inner. */
  private static final int[][] SHAPES = {
    {1, 1, 1},
    {3, 7, 1},
    {2, 1, 5},
    {5, 31, 1},
    {2, 300, 1},
    {1, 9001, 1},
    {2, 11, 3},
    {3, 259, 8},
    {1, 300, 12},
    {3, 97, 12},
    {2, 96, 5},
    {1, 64, 2},
    {2, 112, 31},
    {1, 600, 129},
    {4, 5, 64},
    {1, 30, 1000}
  };

  private static final Set<Reduction.Kind> ROUNDED =
      EnumSet.of(Reduction.Kind.PRODUCT, Reduction.Kind.LOG_SUM, Reduction.Kind.LOG_SUM_EXP);

  @Test
  void sumsAreSums() {
    var random = new Random(4);
    for (int[] shape : SHAPES) {
      for (Reduction.Kind kind : Reduction.Kind.values()) {
        float[] src = src(random, kind, shape);
        double[] expected = expected(kind, shape, src);
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive =
              OperatorRun.make(loops, () -> new Reduction(kind, shape[0], shape[1], shape[2], 2));
          float[] dst = OperatorRun.floats(primitive, expected.length, src);
          String what = kind + " of " + shape[0] + "x" + shape[1] + "x" + shape[2];
          OperatorRun.near(dst, expected, ROUNDED.contains(kind) ? 3e-5 : 2e-7, what);
        }
      }
    }
  }

  private static float[] src(Random random, Reduction.Kind kind, int[] shape) {
    float[] src = OperatorRun.integers(random, (long) shape[0] * shape[1] * shape[2]);
    for (int i = 0; i < src.length; i++) {
      src[i] =
          switch (kind) {
            case PRODUCT -> 1 + src[i] / 1024;
            case LOG_SUM -> src[i] + 5;
            default -> src[i];
          };
    }
    return src;
  }

  private static double[] expected(Reduction.Kind kind, int[] shape, float[] src) {
    double[] dst = new double[shape[0] * shape[2]];
    for (int o = 0; o < shape[0]; o++) {
      for (int i = 0; i < shape[2]; i++) {
        double[] x = new double[shape[1]];
        for (int k = 0; k < x.length; k++) {
          x[k] = src[(o * shape[1] + k) * shape[2] + i];
        }
        dst[o * shape[2] + i] = reduced(kind, x);
      }
    }
    return dst;
  }

  private static double reduced(Reduction.Kind kind, double[] x) {
    double sum = 0;
    double squares = 0;
    double sizes = 0;
    double exponentials = 0;
    double product = 1;
    double max = Double.NEGATIVE_INFINITY;
    double min = Double.POSITIVE_INFINITY;
    for (double value : x) {
      sum += value;
      squares += value * value;
      sizes += Math.abs(value);
      exponentials += Math.exp(value);
      product *= value;
      max = Math.max(max, value);
      min = Math.min(min, value);
    }
    return switch (kind) {
      case SUM -> sum;
      case MEAN -> sum / x.length;
      case MAX -> max;
      case MIN -> min;
      case PRODUCT -> product;
      case L1 -> sizes;
      case L2 -> Math.sqrt(squares);
      case SUM_OF_SQUARES -> squares;
      case LOG_SUM -> Math.log(sum);
      case LOG_SUM_EXP -> Math.log(exponentials);
    };
  }

  /** A sum in one float would lose half of it. */
  @Test
  void longSumsDoNotDrift() {
    float[] src = new float[1 << 22];
    java.util.Arrays.fill(src, 0.1f);
    double expected = 0.1f * (double) src.length;
    for (int inner : new int[] {1, 16}) {
      float[] dst =
          OperatorRun.floats(
              new Reduction(Reduction.Kind.SUM, 1, src.length / inner, inner, 2), inner, src);
      assertThat(dst[0] * inner).isCloseTo((float) expected, within(expected * 1e-5));
    }
  }

  private static org.assertj.core.data.Offset<Float> within(double offset) {
    return org.assertj.core.data.Offset.offset((float) offset);
  }

  @Test
  void logSumOfExponentialsAtTheEdges() {
    for (Loops loops : OperatorRun.loops()) {
      for (int inner : new int[] {1, 9}) {
        for (float edge : new float[] {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 1000}) {
          float[] src = new float[20 * inner];
          java.util.Arrays.fill(src, edge);
          Primitive primitive =
              OperatorRun.make(
                  loops, () -> new Reduction(Reduction.Kind.LOG_SUM_EXP, 1, 20, inner, 1));
          float expected = Float.isInfinite(edge) ? edge : edge + (float) Math.log(20);
          assertThat(OperatorRun.floats(primitive, inner, src)).containsOnly(expected);
        }
      }
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Reduction(Reduction.Kind.SUM, 1, 0, 1, 1))
        .hasMessageContaining("axis");
    assertThatThrownBy(() -> new Reduction(Reduction.Kind.SUM, 1L << 31, 1L << 31, 4, 1))
        .hasMessageContaining("overflow");
  }
}
