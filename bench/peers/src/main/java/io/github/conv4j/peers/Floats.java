package io.github.conv4j.peers;

import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Direct buffers, aligned to a cache line; freed by the garbage collector. */
final class Floats {
  private static final int ALIGNMENT_BYTES = 64;

  private Floats() {}

  static FloatBuffer direct(long count) {
    return Arena.ofAuto()
        .allocate(Math.multiplyExact(count, Float.BYTES), ALIGNMENT_BYTES)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  static FloatBuffer direct(float[] values) {
    return direct(values.length).put(0, values);
  }

  static float[] toArray(FloatBuffer buffer) {
    float[] values = new float[buffer.capacity()];
    buffer.get(0, values);
    return values;
  }

  static long count(long[] shape) {
    long count = 1;
    for (long dim : shape) {
      count = Math.multiplyExact(count, dim);
    }
    return count;
  }
}
