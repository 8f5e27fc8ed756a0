package io.github.conv4j.internal.ready;

import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** The values of tensors that are only computed with to see how. */
public final class RandomFloats {
  /** Prime, so that no step from element to element meets the same values again. */
  private static final int COUNT = 65_521;

  private RandomFloats() {}

  /** Fills a tensor of f32 with values from -1 to 1, also the gaps between elements. */
  public static void fill(Tensor tensor) {
    var random = new SplittableRandom(tensor.spec().shape().elementCount());
    MemorySegment to = tensor.segment();
    float[] values = new float[(int) Math.min(COUNT, to.byteSize() / Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    MemorySegment from = MemorySegment.ofArray(values);
    for (long at = 0; at < to.byteSize(); at += from.byteSize()) {
      long byteSize = Math.min(from.byteSize(), to.byteSize() - at);
      MemorySegment.copy(from, 0, to, at, byteSize);
    }
  }
}
