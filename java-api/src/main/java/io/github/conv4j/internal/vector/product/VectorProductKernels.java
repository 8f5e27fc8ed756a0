package io.github.conv4j.internal.vector.product;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.RegisterBlock;

/** The products on the Vector API. */
final class VectorProductKernels implements ProductKernels {
  @Override
  public int lanes() {
    return VectorWidth.LANES;
  }

  @Override
  public PanelProductKernel panel(int channelCount, int run, PostOps postOps) {
    return PanelProductText.kernel(channelCount, run, postOps);
  }

  @Override
  public float[][] work(int mostPixels) {
    return new float[0][];
  }

  @Override
  public boolean takesPointwise() {
    return true;
  }

  @Override
  public PointwiseKernel pointwise(int vectors, int depth, boolean inSevens, PostOps postOps) {
    RegisterBlock block = RegisterBlock.of(vectors);
    boolean seven = inSevens && block.pixels() == RegisterBlock.MOST_PIXELS;
    return PointwiseText.kernel(seven ? new RegisterBlock(7, vectors) : block, depth, postOps);
  }
}
