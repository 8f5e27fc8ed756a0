package io.github.conv4j.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOps;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostOpLoopsTest {
  private static final int COUNT = 4096;

  /** Before and after the JIT compiler made vectors of a loop. */
  private static final int REPETITIONS = 300;

  /** To the bit, with numbers that are hard and with random ones. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu",
        "relu:0.01",
        "clip:-1:6",
        "clip:-0.5:inf",
        "linear:0.63296586:-0.5465887",
        "linear:-3:1e-45",
        "hardswish",
        "hardsigmoid:0.2:0.5",
        "hardsigmoid:-0.16666667:0",
        "sigmoid",
        "swish:1.5",
        "gelu_erf"
      })
  void loopsAreTheDefinition(String text) {
    Eltwise eltwise = (Eltwise) PostOps.parse(text).list().getFirst();
    double[] values = values();
    double[] expected = Arrays.stream(values).map(x -> eltwise.apply(x, 0)).toArray();

    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
      double[] actual = values.clone();
      PostOpLoops.apply(eltwise, actual, COUNT);
      if (!Arrays.equals(actual, expected)) {
        assertThat(actual).as("repetition %d", repetition).containsExactly(expected);
      }
    }
  }

  /** To the bit, as {@link #loopsAreTheDefinition}. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu",
        "relu:0.01",
        "clip:-1:6",
        "clip:-0.5:inf",
        "linear:0.63296586:-0.5465887",
        "linear:-3:1e-45",
        "hardswish",
        "hardsigmoid:0.2:0.5",
        "hardsigmoid:-0.16666667:0",
        "sigmoid"
      })
  void loopsOfFloatsAreTheDefinition(String text) {
    Eltwise eltwise = (Eltwise) PostOps.parse(text).list().getFirst();
    float[] values = new float[COUNT];
    float[] expected = new float[COUNT];
    double[] doubles = values();
    for (int i = 0; i < COUNT; i++) {
      values[i] = (float) doubles[i];
      expected[i] = eltwise.applyInFloat(values[i], 0);
    }

    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
      float[] actual = values.clone();
      FloatPostOpLoops.apply(eltwise, actual, COUNT);
      if (!Arrays.equals(actual, expected)) {
        assertThat(actual).as("repetition %d", repetition).containsExactly(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(PostOp.Operation.class)
  void operationsOnFloatsAreTheDefinition(PostOp.Operation operation) {
    PostOp postOp =
        new PostOp.Binary(
            operation,
            operation == PostOp.Operation.PRELU
                ? PostOp.Operand.perChannel()
                : PostOp.Operand.full());
    float[] values = new float[COUNT];
    float[] seconds = new float[COUNT];
    float[] expected = new float[COUNT];
    double[] doubles = values();
    for (int i = 0; i < COUNT; i++) {
      values[i] = (float) doubles[i];
      seconds[i] = (float) doubles[(i * 7 + 3) % COUNT];
      expected[i] = postOp.applyInFloat(values[i], seconds[i]);
    }

    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
      float[] actual = values.clone();
      FloatPostOpLoops.apply(operation, actual, seconds, COUNT);
      if (!Arrays.equals(actual, expected)) {
        assertThat(actual).as("repetition %d", repetition).containsExactly(expected);
      }
    }
  }

  private static double[] values() {
    double[] hard = {
      Double.NaN,
      0,
      -0.0,
      1,
      -1,
      3,
      -3,
      Math.nextUp(3f),
      Math.nextDown(-3f),
      2.5,
      6,
      100,
      -100,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      0x1p-60,
      -0x1p-60
    };
    double[] values = Arrays.copyOf(hard, COUNT);
    Random random = new Random(7);
    for (int i = hard.length; i < COUNT; i++) {
      values[i] =
          i % 2 == 0 ? (float) (4 * random.nextGaussian()) : Float.intBitsToFloat(random.nextInt());
    }
    return values;
  }
}
