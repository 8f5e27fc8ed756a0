package io.github.conv4j.tensor;

import io.github.conv4j.internal.copies.StridedCopy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Copies between tensors, and between a tensor and memory in row-major order. Callers have checked
 * what they pass.
 */
final class ElementCopies {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  private ElementCopies() {}

  static void fromRowMajor(MemorySegment values, Tensor tensor) {
    copy(rowMajor(tensor.spec()), values, tensor.spec(), tensor.segment());
  }

  static void toRowMajor(Tensor tensor, MemorySegment values) {
    copy(tensor.spec(), tensor.segment(), rowMajor(tensor.spec()), values);
  }

  static void reorder(Tensor src, Tensor dst) {
    copy(src.spec(), src.segment(), dst.spec(), dst.segment());
  }

  static void fill(float value, Tensor tensor) {
    TensorSpec spec = tensor.spec();
    MemorySegment segment = tensor.segment();
    long elementCount = spec.shape().elementCount();
    if (isBlocked(spec)) {
      ElementOffsets.forEach(spec, spec, (offset, _) -> segment.setAtIndex(F32, offset, value));
    } else if (segment.byteSize() == elementCount * Float.BYTES) {
      float[] block = new float[(int) Math.min(elementCount, Elements.BLOCK)];
      Arrays.fill(block, value);
      for (long at = 0; at < elementCount; at += block.length) {
        int count = (int) Math.min(block.length, elementCount - at);
        MemorySegment.copy(block, 0, segment, F32, at * Float.BYTES, count);
      }
    } else {
      long[] repeated = new long[spec.shape().rank()];
      float[] values = {value};
      StridedCopy.of(spec.shape().dims(), repeated, spec.strides(), Float.BYTES)
          .run(MemorySegment.ofArray(values), segment, values);
    }
  }

  private static TensorSpec rowMajor(TensorSpec spec) {
    return spec.withLayout(Layout.strided(DenseStrides.rowMajor(spec.shape())));
  }

  /** Between plain and strided layouts in bulk; blocked ones, which no engine hands out, slowly. */
  private static void copy(TensorSpec from, MemorySegment in, TensorSpec to, MemorySegment out) {
    int elementByteSize = from.dataType().byteSize();
    if (isBlocked(from) || isBlocked(to)) {
      ElementOffsets.forEach(
          from,
          to,
          (fromOffset, toOffset) ->
              MemorySegment.copy(
                  in,
                  fromOffset * elementByteSize,
                  out,
                  toOffset * elementByteSize,
                  elementByteSize));
      return;
    }
    var copy = StridedCopy.of(from.shape().dims(), from.strides(), to.strides(), elementByteSize);
    copy.run(in, out, copy.needsSquares() ? StridedCopy.newSquares() : new float[0]);
  }

  private static boolean isBlocked(TensorSpec spec) {
    return spec.layout() instanceof Layout.Blocked;
  }
}
