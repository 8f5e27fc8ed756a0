package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.VECTOR_BYTES;

import io.github.conv4j.PostOps;
import org.jspecify.annotations.Nullable;

/** Writes what takes sums through post-ops and stores them: the one way of kernels to dst. */
public final class Outputs {
  private final Segment dst;
  private final @Nullable Mask valid;
  private final PostOpText postOps;

  /**
   * Begins a kernel, outside of its loops.
   *
   * @param arguments an {@link io.github.conv4j.internal.vector.base.EpilogueArguments}, read only
   *     where there are post-ops
   * @param lanes how many lanes count; null for all
   */
  public Outputs(
      KernelCode code, Segment dst, PostOps postOps, Fields arguments, @Nullable Int lanes) {
    this.dst = dst;
    this.valid = lanes == null ? null : code.local(code.lanesBelow(lanes));
    this.postOps = new PostOpText(code, postOps, arguments, valid);
  }

  /**
   * Stores neighbouring vectors of output channels.
   *
   * @param to where the first goes, in bytes
   * @param channel the output channel of its first lane
   */
  public void storeAll(Wide to, VectorVariable[] sums, Int channel) {
    for (int v = 0; v < sums.length; v++) {
      store(to.plus(v * VECTOR_BYTES), sums[v], channel.plus(v * LANES));
    }
  }

  /**
   * Stores a vector whose lanes are neighbouring output channels.
   *
   * @param to where it goes, in bytes
   * @param channel the output channel of the first lane
   */
  public void store(Wide to, Vector sum, Int channel) {
    write(to, postOps.apply(sum, to, index -> postOps.channels(index, channel)));
  }

  /**
   * Stores a vector whose lanes are outputs of one channel.
   *
   * @param to where it goes, in bytes
   */
  public void storePixels(Wide to, Vector sum, Int channel) {
    write(to, postOps.apply(sum, to, index -> postOps.channel(index, channel)));
  }

  private void write(Wide to, Vector result) {
    if (valid == null) {
      dst.store(to, result);
    } else {
      dst.store(to, result, valid);
    }
  }
}
