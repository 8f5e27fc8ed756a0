package io.github.conv4j.internal.vector.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.conv4j.PostOp;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorBytesTest {
  private static final int NEIGHBOURS = 4;
  private static final float[] NOTHING = {};

  @BeforeEach
  void vectorsAreWide() {
    assumeTrue(VectorBytes.SERVES, "vectors hold at least eight floats");
  }

  /** Around every middle between integers, where a product and a quotient may part. */
  @ParameterizedTest
  @ValueSource(
      floats = {
        0.05f,
        0.1f,
        0.5f,
        1,
        3,
        1f / 127.5f,
        0x1.fffffep0f,
        0x1.000002p0f,
        0x1p-125f,
        0x1.8p-126f,
        1e-39f,
        0x1p125f,
        0x1.fffffep127f
      })
  void productsRoundAsQuotientsDo(float scale) {
    for (int zeroPoint : new int[] {0, 3, 128, 255}) {
      float[] values = aroundMiddles(scale);
      areQuantized(values, scale, zeroPoint, DataType.U8);
      areQuantized(values, scale, zeroPoint - 128, DataType.S8);
    }
  }

  /** Where the gate is 0, between, and 1; NaN and infinities among them. */
  @ParameterizedTest
  @ValueSource(floats = {0.004f, 0.03f, 0.1f, 0.5f})
  void hardSwishesAreThoseOfTheDefinition(float scale) {
    float[] values = aroundMiddles(scale);
    areQuantized(values, scale, 3, DataType.U8, PostOp.hardSwish());
    areQuantized(values, scale, -100, DataType.S8, PostOp.hardSwish());
  }

  /** As learnable affine blocks follow hard swishes. */
  @ParameterizedTest
  @CsvSource({"0.5, 0.1", "-1.3, 7", "0, -0.0", "1e38, 1e38", "1, 0"})
  void hardSwishesAreMultipliedAndMoved(float slope, float offset) {
    float scale = 0.03f;
    float[] values = aroundMiddles(scale);
    PostOp[] both = {PostOp.hardSwish(), PostOp.linear(slope, offset)};
    areQuantized(values, scale, 3, DataType.U8, both);
    areQuantized(values, scale, -100, DataType.S8, both);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomScalesAreExact(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 20; i++) {
      float scale = (float) Math.scalb(1 + random.nextDouble(), random.nextInt(-20, 20));
      areQuantized(aroundMiddles(scale), scale, random.nextInt(-128, 128), DataType.S8);
    }
  }

  private static float[] aroundMiddles(float scale) {
    float[] values = new float[(2 * 260 + 1) * (2 * NEIGHBOURS + 1) + 9];
    int at = 0;
    for (int k = -260; k <= 260; k++) {
      int bits = Float.floatToRawIntBits((float) ((k + 0.5) * scale));
      for (int i = -NEIGHBOURS; i <= NEIGHBOURS; i++) {
        values[at++] = Float.intBitsToFloat(bits + i);
      }
    }
    for (float hard :
        new float[] {
          Float.NaN,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          0,
          -0.0f,
          Float.MAX_VALUE,
          -Float.MAX_VALUE,
          Float.MIN_VALUE,
          1e10f * scale
        }) {
      values[at++] = hard;
    }
    return values;
  }

  /** Blocks of all lengths; each of them with few and with many of the hard values. */
  private static void areQuantized(
      float[] values, float scale, int zeroPoint, DataType type, PostOp... postOps) {
    byte[] expected = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      float value = values[i];
      for (PostOp postOp : postOps) {
        value = ((PostOp.Eltwise) postOp).applyInFloat(value, 0);
      }
      expected[i] = (byte) Quantization.quantize(value, scale, zeroPoint, type);
    }
    Rounding plain = Rounding.of(Quantization.none().withDst(scale, zeroPoint), type);
    Rounding rounding =
        switch (postOps.length) {
          case 0 -> plain;
          case 1 -> plain.swishing();
          default -> {
            var linear = (PostOp.Eltwise) postOps[1];
            yield plain.swishing(linear.alpha(), linear.beta());
          }
        };
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sums = arena.allocate(ValueLayout.JAVA_FLOAT, values.length);
      MemorySegment dst = arena.allocate(values.length);
      MemorySegment.copy(values, 0, sums, ValueLayout.JAVA_FLOAT, 0, values.length);
      float[] zeros = new float[1];
      float[] ones = {1};
      int multiplied = 0;
      int length = VectorBytes.LEAST;
      for (int at = 0; at + length <= values.length; at += length, length = next(length)) {
        dst.fill((byte) 77);
        boolean done =
            VectorBytes.multiply(
                sums, at, zeros, ones, NOTHING, 0, false, false, sums, 0, rounding, dst, at,
                length);
        if (done) {
          multiplied++;
          isExpected(dst, expected, at, length, "multiplied by 1 / " + scale);
        }
        dst.fill((byte) 77);
        VectorBytes.divide(
            sums, at, zeros, ones, NOTHING, 0, false, false, sums, 0, rounding, dst, at, length);
        isExpected(dst, expected, at, length, "divided by " + scale);
      }
      assertThat(multiplied).isPositive();
    }
  }

  private static int next(int length) {
    return length == 3 * VectorBytes.LEAST ? VectorBytes.LEAST : length + 1;
  }

  /** As where scales are round numbers and each second sum is a tie. */
  @ParameterizedTest
  @ValueSource(floats = {0.02f, 0.5f})
  void manyMiddlesAreLeftToDivisions(float scale) {
    int count = 32 * VectorBytes.LEAST;
    var rounding = Rounding.of(Quantization.none().withDst(scale, 0), DataType.S8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sums = arena.allocate(ValueLayout.JAVA_FLOAT, count);
      MemorySegment dst = arena.allocate(count);
      for (int i = 0; i < count; i++) {
        sums.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + 2 * (i % 7));
      }
      float[] zeros = new float[1];
      float[] halves = {scale / 2};
      boolean isPowerOfTwo = scale == 0.5f;
      assertThat(
              VectorBytes.multiply(
                  sums, 0, zeros, halves, NOTHING, 0, false, false, sums, 0, rounding, dst, 0,
                  count))
          .isEqualTo(isPowerOfTwo);
    }
  }

  private static void isExpected(
      MemorySegment dst, byte[] expected, int at, int length, String what) {
    byte[] actual = dst.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    assertThat(actual)
        .as("%s, from %d on", what, at)
        .containsExactly(Arrays.copyOfRange(expected, at, at + length));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31})
  void signedBytesMoveUp(int more) {
    int count = 3 * VectorBytes.LEAST_BYTES + more;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment src = arena.allocate(count + 2);
      MemorySegment dst = arena.allocate(count + 2);
      for (int i = 0; i < count + 2; i++) {
        src.set(ValueLayout.JAVA_BYTE, i, (byte) (7 * i));
      }

      VectorBytes.unsigned(src, 1, dst, 1, count);

      for (int i = 0; i < count + 2; i++) {
        int expected = i == 0 || i == count + 1 ? 0 : (byte) (7 * i) + 128;
        assertThat(dst.get(ValueLayout.JAVA_BYTE, i) & 0xff).as("at %d", i).isEqualTo(expected);
      }
    }
  }
}
