package io.github.conv4j.internal.vector.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Eltwise;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class VectorFloatsTest {
  private static final int COUNT = 4096;

  @Test
  void linear() {
    agrees(
        PostOp.linear(0.63296586f, -0.5465887f),
        x -> VectorFloats.linear(0.63296586f, -0.5465887f, x, COUNT));
    agrees(
        PostOp.linear(-3, Float.MIN_VALUE),
        x -> VectorFloats.linear(-3, Float.MIN_VALUE, x, COUNT));
  }

  @Test
  void hardSwish() {
    agrees(PostOp.hardSwish(), x -> VectorFloats.hardSwish(x, COUNT));
  }

  @Test
  void hardSigmoid() {
    agrees(PostOp.hardSigmoid(0.2f, 0.5f), x -> VectorFloats.hardSigmoid(0.2f, 0.5f, x, COUNT));
    agrees(PostOp.hardSigmoid(-1 / 6f, 0), x -> VectorFloats.hardSigmoid(-1 / 6f, 0, x, COUNT));
  }

  @Test
  void relu() {
    agrees(PostOp.relu(), x -> VectorFloats.relu(0, x, COUNT));
    agrees(PostOp.leakyRelu(0.01f), x -> VectorFloats.relu(0.01f, x, COUNT));
  }

  @Test
  void clip() {
    agrees(PostOp.clip(-1, 6), x -> VectorFloats.clip(-1, 6, x, COUNT));
    agrees(
        PostOp.clip(-0f, Float.POSITIVE_INFINITY),
        x -> VectorFloats.clip(-0f, Float.POSITIVE_INFINITY, x, COUNT));
  }

  @Test
  void whatLiesBehindTheLastWholeVectorStays() {
    float[] x = new float[64];
    Arrays.fill(x, 3);
    VectorFloats.linear(2, 1, x, 1);
    assertThat(x[0]).isEqualTo(7);
    assertThat(x[63]).isEqualTo(3);
  }

  /** To the bit, with numbers that are hard and with random ones. */
  private static void agrees(PostOp postOp, Consumer<float[]> function) {
    float[] values = values();
    float[] expected = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      expected[i] = (float) ((Eltwise) postOp).apply(values[i], 0);
    }
    float[] actual = values.clone();
    function.accept(actual);
    for (int i = 0; i < COUNT; i++) {
      assertThat(Float.floatToIntBits(actual[i]))
          .as("%s of %s: %s instead of %s", postOp, values[i], actual[i], expected[i])
          .isEqualTo(Float.floatToIntBits(expected[i]));
    }
  }

  private static float[] values() {
    float[] hard = {
      Float.NaN,
      0,
      -0f,
      1,
      -1,
      3,
      -3,
      Math.nextUp(3f),
      Math.nextDown(-3f),
      2.5f,
      6,
      100,
      -100,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      0x1p-60f,
      -0x1p-60f
    };
    float[] values = Arrays.copyOf(hard, COUNT);
    Random random = new Random(7);
    for (int i = hard.length; i < COUNT; i++) {
      values[i] =
          i % 2 == 0 ? (float) (4 * random.nextGaussian()) : Float.intBitsToFloat(random.nextInt());
    }
    return values;
  }
}
