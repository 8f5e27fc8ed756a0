package io.github.conv4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements of every type: one at a time, as arrays, and from one type to another. */
class TypedTensorTest {
  private static final Shape SHAPE = Shape.of(2, 5, 3, 7);
  private static final List<Layout> LAYOUTS =
      List.of(
          Layout.NCHW,
          Layout.NHWC,
          Layout.strided(400, 1, 60, 6),
          new Layout.Blocked(List.of(168L, 84L, 28L, 4L), List.of(1), List.of(4)));

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void everyBfloat16IsItself() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Bfloat16.toFloat((short) bits);
      if (Float.isNaN(value)) {
        assertThat(Bfloat16.toFloat(Bfloat16.fromFloat(value))).isNaN();
      } else {
        assertThat(Bfloat16.fromFloat(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void bfloat16RoundsToTheNearestAndHalfToEven() {
    for (int bits = 0; bits < 0x7f7f; bits++) {
      float low = Bfloat16.toFloat((short) bits);
      float high = Bfloat16.toFloat((short) (bits + 1));
      float middle = Float.intBitsToFloat((bits << 16) | 0x8000);
      assertThat(Bfloat16.fromFloat(Math.nextDown(middle))).isEqualTo((short) bits);
      assertThat(Bfloat16.fromFloat(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
      float even = bits % 2 == 0 ? low : high;
      assertThat(Bfloat16.toFloat(Bfloat16.fromFloat(middle))).isEqualTo(even);
      assertThat(Bfloat16.toFloat(Bfloat16.fromFloat(-middle))).isEqualTo(-even);
    }
    assertThat(Bfloat16.toFloat(Bfloat16.fromFloat(Float.MAX_VALUE))).isInfinite();
    assertThat(Bfloat16.toFloat(Bfloat16.fromFloat(-Float.MAX_VALUE))).isInfinite().isNegative();
    float payload = Float.intBitsToFloat(0x7f800001);
    assertThat(Bfloat16.toFloat(Bfloat16.fromFloat(payload))).isNaN();
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"F32", "BF16", "F16"})
  void floatsGoInAndOut(DataType type) {
    float[] values = new float[(int) SHAPE.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i - 100;
    }
    values[3] = Float.NaN;
    values[4] = Float.NEGATIVE_INFINITY;
    for (Layout layout : LAYOUTS) {
      Tensor tensor = Tensor.ofFloats(TensorSpec.of(type, layout, SHAPE), values, arena);

      assertThat(tensor.toFloatArray()).isEqualTo(values);
      assertThat(tensor.getFloat(1, 4, 2, 6)).isEqualTo(values[values.length - 1]);
      tensor.setFloat(0.5f, 1, 4, 2, 6);
      assertThat(tensor.getFloat(1, 4, 2, 6)).isEqualTo(0.5f);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.getInt(0, 0, 0, 0))
          .withMessageContaining(type.name());
      assertThatIllegalArgumentException().isThrownBy(tensor::toIntArray);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"S8", "U8", "S32"})
  void integersGoInAndOut(DataType type) {
    var random = new SplittableRandom(1);
    int[] values = random.ints(SHAPE.elementCount(), type.least(), type.most()).toArray();
    values[0] = type.least();
    values[1] = type.most();
    for (Layout layout : LAYOUTS) {
      Tensor tensor = Tensor.ofInts(TensorSpec.of(type, layout, SHAPE), values, arena);

      assertThat(tensor.toIntArray()).isEqualTo(values);
      assertThat(tensor.getInt(1, 4, 2, 6)).isEqualTo(values[values.length - 1]);
      tensor.setInt(7, 0, 0, 0, 0);
      assertThat(tensor.getInt(0, 0, 0, 0)).isEqualTo(7);
      assertThatIllegalArgumentException().isThrownBy(tensor::toFloatArray);
      assertThatIllegalArgumentException().isThrownBy(() -> tensor.setFloat(1, 0, 0, 0, 0));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> tensor.setInt(1, 0, 5, 0, 0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.asReadOnly().setInt(1, 0, 0, 0, 0))
          .withMessageContaining("read-only");
    }
  }

  @Test
  void integersThatATypeDoesNotHoldAreRefused() {
    TensorSpec spec = TensorSpec.of(DataType.U8, Layout.NCW, Shape.of(1, 1, 2));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.ofInts(spec, new int[] {0, 256}, arena))
        .withMessageContainingAll("U8", "256");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.allocate(spec, arena).setInt(-1, 0, 0, 0))
        .withMessageContainingAll("U8", "-1");
  }

  @Test
  void conversionsRoundAndSaturate() {
    float[] values = {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 300, -300, Float.NaN, 1e30f, -1e30f};
    Tensor floats = Tensor.ofFloats(TensorSpec.f32(Layout.NCW, 1, 1, values.length), values, arena);

    assertThat(convertedTo(DataType.U8, floats).toIntArray())
        .containsExactly(0, 2, 2, 0, 0, 255, 0, 0, 255, 0);
    assertThat(convertedTo(DataType.S8, floats).toIntArray())
        .containsExactly(0, 2, 2, 0, -2, 127, -128, 0, 127, -128);
    assertThat(convertedTo(DataType.S32, floats).toIntArray())
        .containsExactly(0, 2, 2, 0, -2, 300, -300, 0, Integer.MAX_VALUE, Integer.MIN_VALUE);
    assertThat(convertedTo(DataType.F16, floats).toFloatArray())
        .startsWith(0.5f, 1.5f, 2.5f)
        .endsWith(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
  }

  private Tensor convertedTo(DataType type, Tensor from) {
    Tensor to = Tensor.allocate(from.spec().withDataType(type), arena);
    Conversions.convert(from, to);
    return to;
  }

  @Test
  void conversionsTakeEveryPairOfLayouts() {
    int[] values = new SplittableRandom(2).ints(SHAPE.elementCount(), 0, 256).toArray();
    for (Layout from : LAYOUTS) {
      for (Layout to : LAYOUTS) {
        Tensor src = Tensor.ofInts(TensorSpec.of(DataType.U8, from, SHAPE), values, arena);
        Tensor floats = Tensor.allocate(TensorSpec.of(DataType.BF16, to, SHAPE), arena);
        Tensor again = Tensor.allocate(src.spec(), arena);

        Conversions.convert(src, floats);
        Conversions.convert(floats, again);

        assertThat(again.toIntArray()).isEqualTo(values);
      }
    }
  }

  /** The example of ONNX QuantizeLinear, and its way back. */
  @Test
  void quantizesAsOnnxDoes() {
    float[] values = {0, 2, 3, 1000, -254, -1000};
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 1, 6);
    Tensor floats = Tensor.ofFloats(spec, values, arena);
    Tensor integers = Tensor.allocate(spec.withDataType(DataType.U8), arena);
    Tensor again = Tensor.allocate(spec, arena);

    Conversions.quantize(floats, integers, 2, 128);
    Conversions.dequantize(integers, again, 2, 128);

    assertThat(integers.toIntArray()).containsExactly(128, 129, 130, 255, 1, 0);
    assertThat(again.toFloatArray()).containsExactly(0, 2, 4, 254, -254, -256);
  }

  @Test
  void notANumberQuantizesToTheZeroPoint() {
    for (DataType type : List.of(DataType.U8, DataType.S8, DataType.S32)) {
      assertThat(Quantization.quantize(Float.NaN, 0.1f, 5, type)).isEqualTo(5);
      assertThat(Quantization.quantize(Float.POSITIVE_INFINITY, 0.1f, 5, type))
          .isEqualTo(type.most());
      assertThat(Quantization.quantize(-Float.MAX_VALUE, Float.MIN_VALUE, type.most(), type))
          .isEqualTo(type.least());
    }
  }

  @Test
  void wrongConversionsAreRefused() {
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 1, 6);
    Tensor floats = Tensor.allocate(spec, arena);
    Tensor bytes = Tensor.allocate(spec.withDataType(DataType.U8), arena);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Conversions.convert(floats, floats.slice(new long[3], new long[] {1, 1, 3})))
        .withMessageContaining("shapes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conversions.convert(floats, bytes.asReadOnly()))
        .withMessageContaining("read-only");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conversions.convert(floats, floats))
        .withMessageContaining("overlap");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conversions.quantize(bytes, floats, 1, 0))
        .withMessageContaining("quantized");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conversions.dequantize(floats, bytes, 1, 0))
        .withMessageContaining("quantized");
    for (float scale : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Conversions.quantize(floats, bytes, scale, 0))
          .withMessageContainingAll("positive", Float.toString(scale));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conversions.quantize(floats, bytes, 1, 256))
        .withMessageContainingAll("255", "256");
  }
}
