package io.github.conv4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Copies between tensors of different element types, in any layouts.
 *
 * <p>They run on the calling thread, in blocks. Where both tensors lie the same and leave no gaps,
 * elements go from one to the other; else through copies in row-major order.
 *
 * <p><b>Memory.</b> Copies of src and dst where they do not lie the same, freed before these
 * return. <b>Threads.</b> May be used by any number at once. <b>Errors.</b> Tensors of different
 * shapes, a dst that is read-only or overlaps src, types that do not go together, scales that are
 * not positive and finite, and zero points that the type does not hold are refused with {@link
 * IllegalArgumentException}.
 */
public final class Conversions {
  /** What becomes of a block of values between reading and writing. */
  private interface Step {
    void apply(float[] values, int[] integers, int count);
  }

  private Conversions() {}

  /**
   * Converts every element to the type of {@code dst}: rounded half to even; into integers also
   * saturated, where NaN becomes 0. An s32 passes through a float on its way to another type.
   */
  public static void convert(Tensor src, Tensor dst) {
    requireFit(src, dst);
    if (src.spec().dataType() == dst.spec().dataType()) {
      ElementCopies.reorder(src, dst);
    } else {
      run(src, dst, false, (_, _, _) -> {});
    }
  }

  /**
   * Quantizes floats: see {@link Quantization#quantize}; ONNX QuantizeLinear.
   *
   * @param src of f32, bf16 or f16
   * @param dst of u8, s8 or s32
   * @see <a href="https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html">ONNX QuantizeLinear</a>
   */
  public static void quantize(Tensor src, Tensor dst, float scale, int zeroPoint) {
    requireFit(src, dst);
    requireKinds(src, dst, dst);
    requireNumbers(scale, zeroPoint, dst.spec().dataType());
    DataType type = dst.spec().dataType();
    run(
        src,
        dst,
        true,
        (values, integers, count) -> {
          for (int i = 0; i < count; i++) {
            integers[i] = Quantization.quantize(values[i], scale, zeroPoint, type);
          }
        });
  }

  /**
   * Returns integers to floats: {@code (q - zeroPoint)} in f32 times the scale; ONNX
   * DequantizeLinear.
   *
   * @param src of u8, s8 or s32
   * @param dst of f32, bf16 or f16
   * @see <a href="https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html">ONNX
   *     DequantizeLinear</a>
   */
  public static void dequantize(Tensor src, Tensor dst, float scale, int zeroPoint) {
    requireFit(src, dst);
    requireKinds(src, dst, src);
    requireNumbers(scale, zeroPoint, src.spec().dataType());
    run(
        src,
        dst,
        true,
        (values, integers, count) -> {
          for (int i = 0; i < count; i++) {
            values[i] = (float) ((long) integers[i] - zeroPoint) * scale;
          }
        });
  }

  private static void run(Tensor src, Tensor dst, boolean quantized, Step step) {
    TensorSpec from = src.spec();
    TensorSpec to = dst.spec();
    long count = from.shape().elementCount();
    boolean inPlace =
        to.equals(from.withDataType(to.dataType()))
            && src.segment().byteSize() == count * from.dataType().byteSize();
    if (inPlace) {
      run(from.dataType(), src.segment(), to.dataType(), dst.segment(), count, quantized, step);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment read = Elements.rowMajor(src, arena);
      MemorySegment written = Elements.rowMajor(dst, arena);
      ElementCopies.toRowMajor(src, read);
      run(from.dataType(), read, to.dataType(), written, count, quantized, step);
      ElementCopies.fromRowMajor(written, dst);
    }
  }

  private static void run(
      DataType fromType,
      MemorySegment from,
      DataType toType,
      MemorySegment to,
      long elements,
      boolean quantized,
      Step step) {
    var reader = new ElementBlock(fromType, Elements.BLOCK);
    var writer = new ElementBlock(toType, Elements.BLOCK);
    float[] values = new float[Elements.BLOCK];
    int[] integers = new int[Elements.BLOCK];
    for (long at = 0; at < elements; at += Elements.BLOCK) {
      int count = (int) Math.min(Elements.BLOCK, elements - at);
      if (quantized && fromType.isInteger()) {
        reader.read(from, at, 1, integers, count);
      } else {
        reader.read(from, at, 1, values, count);
      }
      step.apply(values, integers, count);
      if (quantized && toType.isInteger()) {
        writer.write(to, at, 1, integers, count);
      } else {
        writer.write(to, at, 1, values, count);
      }
    }
  }

  private static void requireFit(Tensor src, Tensor dst) {
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    if (!src.spec().shape().equals(dst.spec().shape())) {
      throw new IllegalArgumentException(
          "cannot convert %s into %s: shapes must be equal".formatted(src.spec(), dst.spec()));
    }
    if (dst.isReadOnly()) {
      throw new IllegalArgumentException("dst %s is read-only".formatted(dst.spec()));
    }
    if (src.overlaps(dst)) {
      throw new IllegalArgumentException(
          "src %s and dst %s overlap in memory".formatted(src.spec(), dst.spec()));
    }
  }

  private static void requireKinds(Tensor src, Tensor dst, Tensor integers) {
    Tensor floats = integers == src ? dst : src;
    if (!integers.spec().dataType().isInteger() || floats.spec().dataType().isInteger()) {
      throw new IllegalArgumentException(
          "a quantized tensor of u8, s8 or s32 and one of f32, bf16 or f16 go together but src is %s"
                  .formatted(src.spec())
              + " and dst is "
              + dst.spec());
    }
  }

  private static void requireNumbers(float scale, int zeroPoint, DataType type) {
    Quantization.requireScale(scale, "a quantized tensor");
    if (zeroPoint < type.least() || zeroPoint > type.most()) {
      throw new IllegalArgumentException(
          "a zero point of %s must be from %d to %d but is %d"
              .formatted(type, type.least(), type.most(), zeroPoint));
    }
  }
}
