package io.github.conv4j.internal.vector.base;

import io.github.conv4j.internal.prepared.PrepareRequest;

/** The bias of each group, again and again as far as vectors read. */
public final class PaddedBias {
  private PaddedBias() {}

  /** Adding 0 turns a negative zero into a positive one, as the sums of the reference begin. */
  public static float[] of(PrepareRequest request, int groups, int outPerGroup, int perGroup) {
    float[] padded = new float[groups * perGroup];
    if (request.bias() != null) {
      float[] values = request.bias().toFloatArray();
      for (int i = 0; i < values.length; i++) {
        padded[i / outPerGroup * perGroup + i % outPerGroup] = values[i] + 0f;
      }
      for (int g = 0; g < groups; g++) {
        PerChannel.repeat(padded, g * perGroup, outPerGroup, (g + 1) * perGroup);
      }
    }
    return padded;
  }
}
