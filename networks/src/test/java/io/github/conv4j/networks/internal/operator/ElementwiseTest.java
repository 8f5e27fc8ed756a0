package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.primitive.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
  /** Rows and channels. */
  private static final int[][] SHAPES = {
    {1, 1},
    {1, 7},
    {3, 1},
    {5, 3},
    {13, 8},
    {31, 17},
    {1, 2048},
    {2, 2049},
    {3, 5000},
    {2049, 1},
    {700, 3},
    {97, 64},
    {1000, 300}
  };

  private static final String[] CHAINS = {
    "relu",
    "linear:2:1,hardswish,linear:3:-2",
    "add:per_oc:run,relu",
    "mul:per_oc,add:per_oc,clip:-6:6",
    "add:per_tensor:run,relu:0.5,mul:common:run",
    "sub:2,mul:3,min:4,max:-5,div:2",
    "prelu:run,abs,square",
    "sub:per_oc,div:per_tensor,sqrt",
    "sigmoid,mul:per_tensor"
  };

  @Test
  void chainsAreWhatPostOpsAre() {
    var random = new Random(3);
    for (int[] shape : SHAPES) {
      for (String text : CHAINS) {
        PostOps postOps = PostOps.parse(text);
        float[] src = OperatorRun.integers(random, (long) shape[0] * shape[1]);
        float[][] operands = operands(postOps, shape, random);
        double[] expected = expected(postOps, shape[1], src, operands);
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive =
              OperatorRun.make(
                  loops, () -> new Elementwise(src.length, shape[1], Pointwise.of(postOps), 2));
          float[] dst = OperatorRun.floats(primitive, src.length, src, operands);
          String what = text + " " + shape[0] + "x" + shape[1];
          OperatorRun.near(dst, expected, 1e-6, what);
          assertThat(OperatorRun.inPlace(primitive, src, operands)).as(what).isEqualTo(dst);
        }
      }
    }
  }

  private static float[][] operands(PostOps postOps, int[] shape, Random random) {
    List<float[]> operands = new ArrayList<>();
    for (PostOp postOp : postOps.list()) {
      if (postOp instanceof PostOp.Binary binary
          && binary.operand().origin() != PostOp.Origin.DESCRIPTION) {
        operands.add(
            OperatorRun.integers(
                random,
                switch (binary.operand().extent()) {
                  case SCALAR -> 1;
                  case PER_CHANNEL -> shape[1];
                  case FULL -> (long) shape[0] * shape[1];
                }));
      }
    }
    return operands.toArray(float[][]::new);
  }

  private static double[] expected(PostOps postOps, int channels, float[] src, float[][] operands) {
    double[] dst = new double[src.length];
    for (int i = 0; i < src.length; i++) {
      double x = src[i];
      int next = 0;
      for (PostOp postOp : postOps.list()) {
        double operand = 0;
        if (postOp instanceof PostOp.Binary binary) {
          if (binary.operand().origin() == PostOp.Origin.DESCRIPTION) {
            operand = binary.operand().value();
          } else {
            float[] values = operands[next++];
            operand =
                switch (binary.operand().extent()) {
                  case SCALAR -> values[0];
                  case PER_CHANNEL -> values[i % channels];
                  case FULL -> values[i];
                };
          }
        }
        x = postOp.apply(x, operand);
      }
      dst[i] = x;
    }
    return dst;
  }

  @Test
  void powersThatAreProductsAreProducts() {
    float[] src = OperatorRun.integers(new Random(1), 100);
    for (float exponent : new float[] {1, 2, 3, -1, 0, 4, 0.5f, -2}) {
      var primitive = new Elementwise(100, 1, List.of(Pointwise.pow(exponent)), 1);
      float[] dst = OperatorRun.floats(primitive, 100, src);
      for (int i = 0; i < src.length; i++) {
        assertThat(dst[i]).isEqualTo(Float.valueOf((float) Math.pow(src[i], exponent)));
      }
    }
  }

  @Test
  void reversedFunctions() {
    float[] src = {1, 2, 4, -8};
    List<Pointwise> chain =
        List.of(
            new Pointwise.WithConstant(BinaryFunction.SUB_REVERSED, 3),
            new Pointwise.WithConstant(BinaryFunction.DIV_REVERSED, 11));
    assertThat(OperatorRun.floats(new Elementwise(4, 1, chain, 1), 4, src))
        .containsExactly(5.5f, 11, -11, 1);
  }

  @Test
  void whatIsLargeIsShared() {
    List<Pointwise> relu = Pointwise.of(PostOps.of(PostOp.relu()));
    assertThat(new Elementwise(1000, 10, relu, 2).partCount()).isEqualTo(1);
    assertThat(new Elementwise(1_000_000, 10, relu, 2).partCount()).isEqualTo(8);
    assertThat(new Elementwise(1_000_000, 10, relu, 1).partCount()).isEqualTo(1);
  }

  @Test
  void refusals() {
    List<Pointwise> relu = Pointwise.of(PostOps.of(PostOp.relu()));
    assertThatThrownBy(() -> new Elementwise(0, 1, relu, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Elementwise(10, 3, relu, 1)).hasMessageContainingAll("10", "3");
    assertThatThrownBy(() -> new Elementwise(10, 5, List.of(), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Elementwise(10, 5, relu, 0)).hasMessageContaining("threads");
    assertThatThrownBy(() -> new Elementwise(Long.MAX_VALUE / 2, 1, relu, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
