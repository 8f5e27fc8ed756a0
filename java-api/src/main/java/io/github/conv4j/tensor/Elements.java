package io.github.conv4j.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Elements of every type, one at a time and as arrays. Callers have checked what they pass. */
final class Elements {
  /** Elements that are converted at a time: they stay in the nearest cache. */
  static final int BLOCK = 1024;

  private Elements() {}

  static float getFloat(DataType type, MemorySegment segment, long index) {
    return switch (type) {
      case BF16 -> Bfloat16.toFloat(segment.getAtIndex(JAVA_SHORT, index));
      case F16 -> Float.float16ToFloat(segment.getAtIndex(JAVA_SHORT, index));
      default -> segment.getAtIndex(JAVA_FLOAT, index);
    };
  }

  static void setFloat(DataType type, MemorySegment segment, long index, float value) {
    switch (type) {
      case BF16 -> segment.setAtIndex(JAVA_SHORT, index, Bfloat16.fromFloat(value));
      case F16 -> segment.setAtIndex(JAVA_SHORT, index, Float.floatToFloat16(value));
      default -> segment.setAtIndex(JAVA_FLOAT, index, value);
    }
  }

  static int getInt(DataType type, MemorySegment segment, long index) {
    return switch (type) {
      case S8 -> segment.get(JAVA_BYTE, index);
      case U8 -> segment.get(JAVA_BYTE, index) & 0xff;
      default -> segment.getAtIndex(JAVA_INT, index);
    };
  }

  static void setInt(DataType type, MemorySegment segment, long index, int value) {
    requireHeld(type, value);
    switch (type) {
      case S8, U8 -> segment.set(JAVA_BYTE, index, (byte) value);
      default -> segment.setAtIndex(JAVA_INT, index, value);
    }
  }

  private static void requireHeld(DataType type, int value) {
    if (value < type.least() || value > type.most()) {
      throw new IllegalArgumentException(
          "%s holds integers from %d to %d but not %d"
              .formatted(type, type.least(), type.most(), value));
    }
  }

  static void fromRowMajor(float[] values, Tensor tensor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment elements = rowMajor(tensor, arena);
      var block = new ElementBlock(tensor.spec().dataType(), BLOCK);
      float[] some = new float[BLOCK];
      for (int at = 0; at < values.length; at += BLOCK) {
        int count = Math.min(BLOCK, values.length - at);
        System.arraycopy(values, at, some, 0, count);
        block.write(elements, at, 1, some, count);
      }
      ElementCopies.fromRowMajor(elements, tensor);
    }
  }

  static void fromRowMajor(int[] values, Tensor tensor) {
    for (int value : values) {
      requireHeld(tensor.spec().dataType(), value);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment elements = rowMajor(tensor, arena);
      var block = new ElementBlock(tensor.spec().dataType(), BLOCK);
      int[] some = new int[BLOCK];
      for (int at = 0; at < values.length; at += BLOCK) {
        int count = Math.min(BLOCK, values.length - at);
        System.arraycopy(values, at, some, 0, count);
        block.write(elements, at, 1, some, count);
      }
      ElementCopies.fromRowMajor(elements, tensor);
    }
  }

  static void toRowMajor(Tensor tensor, float[] values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment elements = rowMajor(tensor, arena);
      ElementCopies.toRowMajor(tensor, elements);
      var block = new ElementBlock(tensor.spec().dataType(), BLOCK);
      float[] some = new float[BLOCK];
      for (int at = 0; at < values.length; at += BLOCK) {
        int count = Math.min(BLOCK, values.length - at);
        block.read(elements, at, 1, some, count);
        System.arraycopy(some, 0, values, at, count);
      }
    }
  }

  static void toRowMajor(Tensor tensor, int[] values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment elements = rowMajor(tensor, arena);
      ElementCopies.toRowMajor(tensor, elements);
      var block = new ElementBlock(tensor.spec().dataType(), BLOCK);
      int[] some = new int[BLOCK];
      for (int at = 0; at < values.length; at += BLOCK) {
        int count = Math.min(BLOCK, values.length - at);
        block.read(elements, at, 1, some, count);
        System.arraycopy(some, 0, values, at, count);
      }
    }
  }

  /** Memory for all elements of a tensor without gaps. */
  static MemorySegment rowMajor(Tensor tensor, Arena arena) {
    long bytes = tensor.spec().shape().elementCount() * tensor.spec().dataType().byteSize();
    return arena.allocate(bytes, Tensor.ALIGNMENT_BYTES);
  }
}
