package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.PostOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each function on vectors against its definition in double, over all magnitudes. */
class UnaryFunctionTest {
  private static final int COUNT = 20_011;
  private static final float ALPHA = 0.75f;
  private static final float BETA = 1.25f;

  /** Units in the last place; where a difference is taken near 1, of 1. */
  private static final int ULPS = 4;

  /** One divided by what is almost infinite; below, sigmoids are 0. */
  private static final double LEAST_SIGMOID = Float.MIN_NORMAL;

  private static final Map<UnaryFunction, Double> ABSOLUTE =
      Map.ofEntries(
          Map.entry(UnaryFunction.ERF, 3e-7),
          Map.entry(UnaryFunction.GELU_ERF, 4e-7),
          Map.entry(UnaryFunction.GELU_TANH, 2e-7),
          Map.entry(UnaryFunction.SIGMOID, LEAST_SIGMOID),
          Map.entry(UnaryFunction.MISH, LEAST_SIGMOID),
          Map.entry(UnaryFunction.SOFTPLUS, LEAST_SIGMOID),
          Map.entry(UnaryFunction.SWISH, 2e-7),
          Map.entry(UnaryFunction.LINEAR, 1e-6),
          Map.entry(UnaryFunction.NORMALIZE, 1e-6),
          Map.entry(UnaryFunction.HARD_SIGMOID, 2e-7),
          Map.entry(UnaryFunction.HARD_SWISH, 2e-6));

  private static float[] arguments() {
    var random = new Random(7);
    float[] x = new float[COUNT];
    float[] special = {
      0f,
      -0f,
      1,
      -1,
      0.5f,
      -0.5f,
      1.5f,
      2.5f,
      -2.5f,
      0.49999997f,
      8388607.5f,
      1e10f,
      -1e10f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      88.72f,
      88.73f,
      89,
      -87.33f,
      -87.4f,
      -103,
      -104,
      -105,
      0.625f,
      -0.625f,
      475 / 512f,
      3.9f,
      20,
      21
    };
    for (int i = 0; i < COUNT; i++) {
      x[i] =
          switch (i % 4) {
            case 0 -> (float) random.nextGaussian();
            case 1 -> (float) random.nextGaussian() * 20;
            case 2 -> Float.intBitsToFloat(random.nextInt());
            default -> (random.nextFloat() - 0.5f) * 200;
          };
    }
    System.arraycopy(special, 0, x, 0, special.length);
    return x;
  }

  @Test
  void vectorsAreAsNearAsFloatsAllow() {
    float[] x = arguments();
    for (UnaryFunction function : UnaryFunction.values()) {
      for (Loops loops : OperatorRun.loops()) {
        // The difference that is taken first is not the exponential's to answer for.
        float alpha = function == UnaryFunction.EXP ? 0 : ALPHA;
        float[] y = computed(loops.unary(function), x, alpha);
        for (int i = 0; i < COUNT; i++) {
          check(function, x[i], y[i], function.apply(x[i], alpha, BETA));
        }
      }
    }
  }

  private static float[] computed(UnaryLoop loop, float[] x, float alpha) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(JAVA_FLOAT, x);
      loop.run(segment, 0, segment, 0, COUNT, alpha, BETA);
      return segment.toArray(JAVA_FLOAT);
    }
  }

  private static void check(UnaryFunction function, float x, float y, double expected) {
    float rounded = (float) expected;
    double difference = Math.abs(y - expected);
    boolean near =
        (Float.isNaN(y) && Double.isNaN(expected))
            || y == rounded
            || difference <= ULPS * (double) Math.ulp(rounded)
            || difference <= ABSOLUTE.getOrDefault(function, 0.0) * Math.max(1, Math.abs(x));
    assertThat(near).as("%s of %s is %s, not %s", function, x, y, expected).isTrue();
  }

  @Test
  void signsOfZerosAreThoseOfTheJdk() {
    float[] x = new float[COUNT];
    java.util.Arrays.fill(x, -0f);
    for (UnaryFunction function :
        new UnaryFunction[] {
          UnaryFunction.TANH,
          UnaryFunction.ERF,
          UnaryFunction.FLOOR,
          UnaryFunction.CEIL,
          UnaryFunction.ROUND,
          UnaryFunction.SIGN,
          UnaryFunction.SQRT
        }) {
      assertThat(computed(new VectorLoops().unary(function), x, ALPHA)[0])
          .as(function + "")
          .isEqualTo(-0f);
    }
    java.util.Arrays.fill(x, -0.25f);
    assertThat(computed(new VectorLoops().unary(UnaryFunction.CEIL), x, ALPHA)[0]).isEqualTo(-0f);
    assertThat(computed(new VectorLoops().unary(UnaryFunction.ROUND), x, ALPHA)[0]).isEqualTo(-0f);
  }

  @Test
  void definitionsAreThoseOfPostOps() {
    PostOp[] postOps = {
      PostOp.relu(),
      PostOp.leakyRelu(0.1f),
      PostOp.elu(0.7f),
      PostOp.sigmoid(),
      PostOp.tanh(),
      PostOp.geluErf(),
      PostOp.geluTanh(),
      PostOp.swish(),
      PostOp.hardSwish(),
      PostOp.hardSigmoid(0.2f, 0.5f),
      PostOp.clip(-1, 2),
      PostOp.linear(2, 3),
      PostOp.abs(),
      PostOp.square(),
      PostOp.sqrt(),
      PostOp.exp()
    };
    for (PostOp postOp : postOps) {
      var unary = (Pointwise.Unary) Pointwise.of(io.github.conv4j.PostOps.of(postOp)).getFirst();
      for (float x : arguments()) {
        double expected = postOp.apply(x, 0);
        double actual = unary.function().apply(x, unary.alpha(), unary.beta());
        assertThat(
                (Double.isNaN(expected) && Double.isNaN(actual))
                    || actual == expected
                    || Math.abs(actual - expected) <= 2e-7 * Math.max(1, Math.abs(x)))
            .as("%s of %s: %s, not %s", postOp, x, actual, expected)
            .isTrue();
      }
    }
  }
}
