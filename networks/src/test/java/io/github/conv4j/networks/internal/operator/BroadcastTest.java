package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.Primitive;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BroadcastTest {
  private static final long[][][] SHAPES = {
    {{}, {}},
    {{1}, {1}},
    {{7}, {7}},
    {{5000}, {5000}},
    {{3, 5}, {1}},
    {{}, {3, 5}},
    {{2, 4, 4, 3}, {3}},
    {{2, 40, 41, 24}, {2, 1, 1, 24}},
    {{2, 1, 1, 24}, {2, 40, 41, 24}},
    {{1, 9, 9, 600}, {1, 1, 1, 600}},
    {{50, 17}, {50, 1}},
    {{50, 170}, {50, 1}},
    {{50, 1}, {1, 17}},
    {{1, 3000}, {7, 1}},
    {{3, 1, 5, 1}, {1, 4, 1, 6}},
    {{2, 3, 4, 5, 6}, {3, 1, 5, 1}},
    {{2, 3, 4, 1}, {4, 7}},
    {{8, 1, 2}, {5, 2}},
    {{1, 1, 1}, {2, 3, 4}}
  };

  @Test
  void allWaysToBeRepeated() {
    var random = new Random(5);
    for (long[][] shapes : SHAPES) {
      long[] dims = Broadcast.dims(shapes[0], shapes[1]);
      float[] a = OperatorRun.integers(random, Sizes.product("a", shapes[0]));
      float[] b = OperatorRun.integers(random, Sizes.product("b", shapes[1]));
      for (BinaryFunction function :
          new BinaryFunction[] {BinaryFunction.SUB, BinaryFunction.MAXIMUM, BinaryFunction.POW}) {
        double[] expected = expected(function, dims, a, shapes[0], b, shapes[1]);
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive =
              OperatorRun.make(loops, () -> new Broadcast(function, shapes[0], shapes[1], 2));
          float[] dst = OperatorRun.floats(primitive, expected.length, a, b);
          OperatorRun.near(dst, expected, 0, function + " " + Arrays.deepToString(shapes));
          if (a.length == dst.length) {
            assertThat(OperatorRun.inPlace(primitive, a, b)).isEqualTo(dst);
          }
        }
      }
    }
  }

  private static double[] expected(
      BinaryFunction function, long[] dims, float[] a, long[] aDims, float[] b, long[] bDims) {
    double[] dst = new double[(int) Sizes.product("dst", dims)];
    for (int i = 0; i < dst.length; i++) {
      double y = b[index(i, dims, bDims)];
      dst[i] = (float) function.apply(a[index(i, dims, aDims)], y);
    }
    return dst;
  }

  /** Where the element of a repeated array is. */
  private static int index(int at, long[] dims, long[] own) {
    int index = 0;
    int stride = 1;
    for (int i = 1; i <= dims.length; i++) {
      int dim = (int) dims[dims.length - i];
      if (i <= own.length) {
        int size = (int) own[own.length - i];
        index += at % dim % size * stride;
        stride *= size;
      }
      at /= dim;
    }
    return index;
  }

  @Test
  void notANumberIsKeptOrNotAsTheFunctionSays() {
    float[] a = new float[20];
    float[] b = new float[20];
    Arrays.fill(a, Float.NaN);
    Arrays.fill(b, 3);
    for (Loops loops : OperatorRun.loops()) {
      assertThat(computed(loops, BinaryFunction.MAXIMUM, a, b)).containsOnly(Float.NaN);
      assertThat(computed(loops, BinaryFunction.MINIMUM, b, a)).containsOnly(Float.NaN);
      assertThat(computed(loops, BinaryFunction.MAX, a, b)).containsOnly(3);
      assertThat(computed(loops, BinaryFunction.MIN, b, a)).containsOnly(Float.NaN);
    }
  }

  private static float[] computed(Loops loops, BinaryFunction function, float[] a, float[] b) {
    long[] dims = {20};
    Primitive primitive = OperatorRun.make(loops, () -> new Broadcast(function, dims, dims, 1));
    return OperatorRun.floats(primitive, 20, a, b);
  }

  @Test
  void refusals() {
    assertThatThrownBy(
            () -> new Broadcast(BinaryFunction.ADD, new long[] {2, 3}, new long[] {2}, 1))
        .hasMessageContainingAll("[2, 3]", "[2]", "differ");
    assertThatThrownBy(() -> new Broadcast(BinaryFunction.ADD, new long[] {0}, new long[] {1}, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new Broadcast(
                    BinaryFunction.ADD, new long[] {1L << 40, 1}, new long[] {1L << 40}, 1))
        .hasMessageContaining("overflow");
  }
}
