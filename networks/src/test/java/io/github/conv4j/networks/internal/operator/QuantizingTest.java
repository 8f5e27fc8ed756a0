package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Floats to integers of 8 bits and back, alone and around chains of functions. */
class QuantizingTest {
  private static final int[] LENGTHS = {1, 7, 8, 9, 31, 64, 2047, 2048, 2049, 5000};
  private static final ByteScale U8 = new ByteScale(false, 0.03f, 117);
  private static final ByteScale S8 = new ByteScale(true, 0.02f, -11);

  private static byte[] bytes(Primitive primitive, int count, float[] src, float[]... operands) {
    try (Arena arena = Arena.ofConfined()) {
      return OperatorRun.run(primitive, arena, count, null, src, operands).toArray(JAVA_BYTE);
    }
  }

  /** Random bytes, as the floats that hold them. */
  private static float[] random(Random random, int count) {
    byte[] bytes = new byte[(count + 3) / 4 * 4];
    random.nextBytes(bytes);
    return MemorySegment.ofArray(bytes).toArray(JAVA_FLOAT_UNALIGNED);
  }

  private static byte[] bytesOf(float[] floats) {
    return MemorySegment.ofArray(floats).toArray(JAVA_BYTE);
  }

  private static byte quantized(float value, ByteScale scale) {
    DataType type = scale.isSigned() ? DataType.S8 : DataType.U8;
    return (byte) Quantization.quantize(value, scale.scale(), scale.zeroPoint(), type);
  }

  @Test
  void quantizesAsConvolutionsDo() {
    var random = new Random(1);
    for (ByteScale scale : List.of(U8, S8)) {
      for (int length : LENGTHS) {
        float[] src = OperatorRun.gaussians(random, length);
        for (int i = 0; i < length; i += 3) {
          src[i] = (random.nextInt(600) - 300 + 0.5f) * scale.scale();
        }
        src[length / 2] = Float.NaN;
        for (Loops loops : OperatorRun.loops()) {
          byte[] dst =
              bytes(
                  OperatorRun.make(loops, () -> Quantizing.quantize(1, List.of(scale), length, 2)),
                  length,
                  src);
          for (int i = 0; i < length; i++) {
            assertThat(dst[i]).as("%s of %s", scale, src[i]).isEqualTo(quantized(src[i], scale));
          }
        }
      }
    }
  }

  @Test
  void planesOfColoursBecomeBytesOfPixels() {
    var random = new Random(21);
    for (ByteScale scale : List.of(U8, S8)) {
      for (long batch : new long[] {1, 3}) {
        for (int pixels : new int[] {1, 7, 16, 31, 33, 64, 100, 4096, 9001}) {
          float[] src = OperatorRun.gaussians(random, batch * Colours.COUNT * pixels);
          for (int i = 0; i < src.length; i += 3) {
            src[i] = (random.nextInt(600) - 300 + 0.5f) * scale.scale();
          }
          src[src.length / 2] = Float.NaN;
          src[src.length / 3] = Float.NEGATIVE_INFINITY;
          src[src.length - 1] = Float.POSITIVE_INFINITY;
          for (Loops loops : OperatorRun.loops()) {
            byte[] dst =
                bytes(
                    OperatorRun.make(loops, () -> new QuantizedColours(batch, pixels, scale, 2)),
                    src.length,
                    src);
            for (int i = 0; i < dst.length; i++) {
              int image = i / (Colours.COUNT * pixels);
              int at = i / Colours.COUNT % pixels;
              int plane = i % Colours.COUNT;
              float value = src[(image * Colours.COUNT + plane) * pixels + at];
              assertThat(dst[i]).as("%s of %s", scale, value).isEqualTo(quantized(value, scale));
            }
          }
        }
      }
    }
  }

  @Test
  void dequantizesEachIndexOfAnAxis() {
    var random = new Random(2);
    for (int length : LENGTHS) {
      List<ByteScale> scales =
          List.of(U8, new ByteScale(false, 0.5f, 0), new ByteScale(false, 2, 255));
      float[] src = random(random, 2 * 3 * length);
      byte[] from = bytesOf(src);
      for (Loops loops : OperatorRun.loops()) {
        float[] dst =
            OperatorRun.floats(
                OperatorRun.make(loops, () -> Quantizing.dequantize(2, scales, length, 2)),
                6 * length,
                src);
        for (int i = 0; i < dst.length; i++) {
          ByteScale scale = scales.get(i / length % 3);
          assertThat(dst[i]).isEqualTo(((from[i] & 0xff) - scale.zeroPoint()) * scale.scale());
        }
      }
    }
  }

  @Test
  void functionsAreBetweenIntegers() {
    var random = new Random(3);
    List<Pointwise> chain =
        List.of(
            new Pointwise.WithOperand(BinaryFunction.MUL, Extent.PER_CHANNEL, 0),
            new Pointwise.WithOperand(BinaryFunction.ADD, Extent.FULL, 1),
            new Pointwise.WithOperand(BinaryFunction.ADD, Extent.SCALAR, 2),
            new Pointwise.Unary(UnaryFunction.RELU));
    for (int channels : new int[] {1, 5, 24, 3000}) {
      int count = 7 * channels;
      float[] src = random(random, count);
      byte[] from = bytesOf(src);
      float[] gate = random(random, channels);
      byte[] gates = bytesOf(gate);
      float[] other = OperatorRun.gaussians(random, count);
      float[] shift = {0.25f};
      for (Loops loops : OperatorRun.loops()) {
        byte[] dst =
            bytes(
                OperatorRun.make(
                    loops,
                    () ->
                        new ByteElementwise(
                            count,
                            channels,
                            chain,
                            Optional.of(S8),
                            Optional.of(U8),
                            List.of(Optional.of(U8), Optional.empty(), Optional.empty()),
                            true,
                            2)),
                count,
                src,
                gate,
                other,
                shift);
        for (int i = 0; i < count; i++) {
          float product = S8.dequantized(from[i]) * U8.dequantized(gates[i % channels]);
          byte expected = quantized(Math.max(0, product + other[i] + 0.25f), U8);
          assertThat(Math.abs(dst[i] - expected)).as("%d of %d", i, channels).isLessThan(2);
        }
      }
    }
  }

  /** Fewer roundings: what differs lies about in the middle between two integers. */
  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true"})
  void productsAndSumsMayBeFused(boolean hasGate, boolean adds) {
    var random = new Random(12);
    var ofGate = new ByteScale(false, 0.004f, 3);
    var ofOther = new ByteScale(false, 0.07f, 130);
    var ofDst = new ByteScale(false, 0.021f, 90);
    List<Pointwise> chain = new ArrayList<>();
    List<Optional<ByteScale>> scales = new ArrayList<>();
    if (hasGate) {
      chain.add(new Pointwise.WithOperand(BinaryFunction.MUL, Extent.PER_CHANNEL, 0));
      scales.add(Optional.of(ofGate));
    }
    if (adds) {
      chain.add(new Pointwise.WithOperand(BinaryFunction.ADD, Extent.FULL, scales.size()));
      scales.add(Optional.of(ofOther));
    }
    for (int channels : new int[] {5, 24, 3000}) {
      int count = 7 * channels;
      float[] src = random(random, count);
      float[] gate = random(random, channels);
      float[] other = random(random, count);
      List<float[]> operands = new ArrayList<>();
      if (hasGate) {
        operands.add(gate);
      }
      if (adds) {
        operands.add(other);
      }
      byte[] from = bytesOf(src);
      byte[] gates = bytesOf(gate);
      byte[] others = bytesOf(other);
      int least = 255;
      int most = 0;
      for (Loops loops : OperatorRun.loops()) {
        byte[] dst =
            bytes(
                OperatorRun.make(
                    loops,
                    () ->
                        new ByteElementwise(
                            count,
                            channels,
                            chain,
                            Optional.of(U8),
                            Optional.of(ofDst),
                            scales,
                            true,
                            2)),
                count,
                src,
                operands.toArray(float[][]::new));
        for (int i = 0; i < count; i++) {
          double value = U8.dequantized(from[i]);
          value *= hasGate ? ofGate.dequantized(gates[i % channels]) : 1;
          value += adds ? ofOther.dequantized(others[i]) : 0;
          double quanta = Math.clamp(value / ofDst.scale() + ofDst.zeroPoint(), 0, 255);
          int result = dst[i] & 0xff;
          assertThat(Math.abs(result - quanta)).as("%d: %s", i, quanta).isLessThan(0.502);
          least = Math.min(least, result);
          most = Math.max(most, result);
        }
      }
      assertThat(most - least).isGreaterThan(20);
    }
  }

  /** What the other tensor adds at its zero point is nothing at all. */
  @Test
  void tiesGoToTheEvenNeighbour() {
    var from = new ByteScale(false, 0.5f, 3);
    var other = new ByteScale(false, 0.3f, 130);
    var to = new ByteScale(false, 1, 7);
    float[] src = bytesAsFloats(64, i -> i);
    float[] zeros = bytesAsFloats(64, _ -> 130);
    var sum = new Pointwise.WithOperand(BinaryFunction.ADD, Extent.FULL, 0);
    for (Loops loops : OperatorRun.loops()) {
      byte[] dst =
          bytes(
              OperatorRun.make(
                  loops,
                  () ->
                      new ByteElementwise(
                          64,
                          1,
                          List.of(sum),
                          Optional.of(from),
                          Optional.of(to),
                          List.of(Optional.of(other)),
                          true,
                          1)),
              64,
              src,
              zeros);
      for (int i = 0; i < 64; i++) {
        assertThat((int) dst[i]).isEqualTo(Math.max(0, (int) Math.rint((i - 3) * 0.5) + 7));
      }
    }
  }

  private static float[] bytesAsFloats(int count, IntUnaryOperator values) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) values.applyAsInt(i);
    }
    return MemorySegment.ofArray(bytes).toArray(JAVA_FLOAT_UNALIGNED);
  }

  @Test
  void quantaThatDifferTooMuchAreNotFused() {
    var small = new ByteScale(false, 1e-3f, 3);
    var large = new ByteScale(false, 1, 3);
    assertThat(FusedFactors.of(large, null, small, small)).isNull();
    assertThat(FusedFactors.of(small, null, large, small)).isNull();
    assertThat(FusedFactors.of(small, large, null, small)).isNull();
    assertThat(
            FusedFactors.of(
                new ByteScale(false, 1e-30f, 3), null, null, new ByteScale(false, 1e30f, 3)))
        .isNull();
    var largest = new ByteScale(false, 1e38f, 3);
    var least = new ByteScale(false, Float.MIN_VALUE, 3);
    assertThat(FusedFactors.of(largest, least, null, small)).isNull();
    assertThat(FusedFactors.of(S8, null, U8, U8)).isNull();
    assertThat(FusedFactors.of(U8, null, S8, U8)).isNull();
    assertThat(FusedFactors.of(U8, null, U8, S8)).isNull();
    assertThat(FusedFactors.of(U8, null, U8, U8)).isNotNull();
  }

  /** A residual, and a gate before it: one pass does what several would, to the bit. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sumsOfBytesAreExact(boolean hasGate) {
    var random = new Random(8);
    var sum = new Pointwise.WithOperand(BinaryFunction.ADD, Extent.FULL, hasGate ? 1 : 0);
    var product = new Pointwise.WithOperand(BinaryFunction.MUL, Extent.PER_CHANNEL, 0);
    List<Pointwise> chain = hasGate ? List.of(product, sum) : List.of(sum);
    for (int channels : new int[] {1, 5, 24, 3000}) {
      int count = 7 * channels;
      float[] src = random(random, count);
      float[] other = random(random, count);
      float[] gate = OperatorRun.gaussians(random, channels);
      byte[] from = bytesOf(src);
      byte[] others = bytesOf(other);
      for (Loops loops : OperatorRun.loops()) {
        byte[] dst =
            bytes(
                OperatorRun.make(
                    loops,
                    () ->
                        new ByteElementwise(
                            count,
                            channels,
                            chain,
                            Optional.of(S8),
                            Optional.of(S8),
                            hasGate
                                ? List.of(Optional.empty(), Optional.of(U8))
                                : List.of(Optional.of(U8)),
                            false,
                            2)),
                count,
                src,
                hasGate ? new float[][] {gate, other} : new float[][] {other});
        for (int i = 0; i < count; i++) {
          float factor = hasGate ? gate[i % channels] : 1;
          float scaled = S8.dequantized(from[i]) * factor;
          byte expected = quantized(scaled + U8.dequantized(others[i]), S8);
          assertThat(dst[i]).as("%d of %d", i, channels).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void meansAreOfSumsThatAreExact() {
    var random = new Random(6);
    int pixels = 35;
    for (int channels : new int[] {1, 7, 8, 21, 40, 600}) {
      float[] src = random(random, 2 * pixels * channels);
      byte[] from = bytesOf(src);
      for (ByteScale scale : List.of(U8, S8)) {
        for (Loops loops : OperatorRun.loops()) {
          float[] floats =
              OperatorRun.floats(
                  OperatorRun.make(
                      loops, () -> new ByteMean(2, pixels, channels, scale, Optional.empty(), 2)),
                  2 * channels,
                  src);
          byte[] bytes =
              bytes(
                  OperatorRun.make(
                      loops, () -> new ByteMean(2, pixels, channels, scale, Optional.of(S8), 2)),
                  2 * channels,
                  src);
          for (int i = 0; i < floats.length; i++) {
            long sum = 0;
            for (int p = 0; p < pixels; p++) {
              sum += scale.valueOf(from[(i / channels * pixels + p) * channels + i % channels]);
            }
            float expected = (float) (((double) sum / pixels - scale.zeroPoint()) * scale.scale());
            assertThat(floats[i]).isEqualTo(expected);
            assertThat(bytes[i]).isEqualTo(quantized(expected, S8));
          }
        }
      }
    }
  }

  @Test
  void tableIsLookedUp() {
    byte[] table = new byte[256];
    new Random(4).nextBytes(table);
    float[] src = random(new Random(5), 9000);
    byte[] from = bytesOf(src);
    byte[] dst = bytes(new ByteTable(table, 9000, 2), 9000, src);
    for (int i = 0; i < dst.length; i++) {
      assertThat(dst[i]).isEqualTo(table[from[i] & 0xff]);
    }
  }

  @Test
  void whatIsNoScaleIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ByteScale(false, 0, 0))
        .withMessage("a scale must be positive and finite but is 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ByteScale(true, 1, 128))
        .withMessage("the zero point must be from -128 to 127 but is 128");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ByteTable(new byte[255], 1, 1))
        .withMessage("a table has 256 bytes, not 255");
  }
}
