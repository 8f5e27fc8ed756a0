package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.base.VectorWidth.VECTOR_BYTES;

import org.jspecify.annotations.Nullable;

/** Writes what stores the sums of pixels whose output channels are neighbours. */
public final class BlockStores {
  private final KernelCode code;
  private final Segment dst;
  private final @Nullable Mask valid;

  /**
   * Begins a kernel.
   *
   * @param channelCount how many lanes count; null for all
   */
  public BlockStores(KernelCode code, Segment dst, @Nullable Int channelCount) {
    this.code = code;
    this.dst = dst;
    this.valid = channelCount == null ? null : code.local(code.lanesBelow(channelCount));
  }

  /**
   * Stores the vectors of a pixel.
   *
   * @param element where the first goes
   */
  public void pixel(VectorVariable[] sums, Wide element) {
    WideVariable to = code.local(element.times(Float.BYTES));
    for (int v = 0; v < sums.length; v++) {
      vector(to.plus(v * VECTOR_BYTES), sums[v]);
    }
  }

  /**
   * Stores one vector.
   *
   * @param to the distance in bytes
   */
  public void vector(Wide to, VectorVariable sum) {
    if (valid == null) {
      dst.store(to, sum);
    } else {
      dst.store(to, sum, valid);
    }
  }
}
