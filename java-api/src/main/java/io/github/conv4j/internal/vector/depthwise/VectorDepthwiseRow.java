package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.AxisPhase;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel computes a row.
 *
 * @param inner for outputs that meet all taps; null if that is the one for any
 */
record VectorDepthwiseRow(
    @Nullable DepthwiseVectorKernel inner, DepthwiseVectorKernel any, DepthwiseVectorKernel single)
    implements DepthwiseRowKernel {
  private static final int TAPS = 3;

  static VectorDepthwiseRow of(int tapRows, AxisPhase across, PostOps postOps) {
    long tapStep = across.tapStep();
    long stride = tapStep == 0 ? 0 : across.srcStep() / tapStep;
    boolean known =
        tapRows == TAPS
            && across.taps().length == TAPS
            && (stride == 1 || stride == 2)
            && across.srcStep() == stride * tapStep;
    return new VectorDepthwiseRow(
        known ? DepthwiseRowText.kernel(TAPS, (int) stride, postOps) : null,
        DepthwiseRowText.kernel(DepthwiseRowText.PIXELS, postOps),
        DepthwiseRowText.kernel(1, postOps));
  }

  @Override
  public void run(DepthwiseRow row, MemorySegment src, MemorySegment dst) {
    DepthwiseVectorKernel kernel = kernel(row);
    for (int c = 0; c < row.channelCount; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      kernel.run(row, src, dst, Math.min(c, row.channelCount - LANES));
    }
  }

  private DepthwiseVectorKernel kernel(DepthwiseRow row) {
    if (row.count < DepthwiseRowText.PIXELS) {
      return single;
    }
    return inner != null && row.rowCount == TAPS && row.tapCount == TAPS ? inner : any;
  }
}
