package io.github.conv4j.internal.vector;

import io.github.conv4j.internal.vector.base.ScalarWidth;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.depthwise.DepthwiseKernels;
import io.github.conv4j.internal.vector.lane.LaneKernels;
import io.github.conv4j.internal.vector.plane.PlaneKernels;
import io.github.conv4j.internal.vector.product.ProductKernels;
import io.github.conv4j.internal.vector.reduction.ReductionKernels;
import org.jspecify.annotations.Nullable;

/**
 * The innermost loops of every family, all on the Vector API or all without. One call does
 * thousands of multiplications, so that the call costs nothing.
 *
 * @param name for {@code explain}, for example {@code vector512}
 * @param lanes how many floats one vector holds
 * @param planes null where there are none
 * @param reduction null where there are none
 */
record KernelSet(
    String name,
    int lanes,
    boolean isScalar,
    ProductKernels product,
    DepthwiseKernels depthwise,
    LaneKernels lane,
    @Nullable PlaneKernels planes,
    @Nullable ReductionKernels reduction) {

  /** Returns the loops on the Vector API, whose module must be there. */
  static KernelSet vector() {
    return new KernelSet(
        "vector" + VectorWidth.BITS,
        VectorWidth.LANES,
        false,
        ProductKernels.vector(),
        DepthwiseKernels.vector(),
        LaneKernels.vector(),
        PlaneKernels.vector(),
        ReductionKernels.vector());
  }

  /** Returns the loops that need no module. */
  static KernelSet scalar() {
    return new KernelSet(
        "scalar",
        ScalarWidth.LANES,
        true,
        ProductKernels.scalar(),
        DepthwiseKernels.scalar(),
        LaneKernels.scalar(),
        null,
        null);
  }
}
