package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.PreparedConvolution;
import org.jspecify.annotations.Nullable;

/** An engine that can add a convolution to what its destination holds. */
public interface InPlaceSums {
  /**
   * Makes a convolution ready whose first post-op adds a tensor that lies in dst.
   *
   * <p>It is for programs that know this: in each run its first operand is the memory of dst, and
   * of nothing else that the run reads. Otherwise results are wrong.
   *
   * @return null where the engine cannot do that, or where it is not faster than {@link
   *     io.github.conv4j.engine.Engine#prepare(ConvolutionRequest)}
   */
  @Nullable PreparedConvolution prepareInPlace(ConvolutionRequest request);
}
