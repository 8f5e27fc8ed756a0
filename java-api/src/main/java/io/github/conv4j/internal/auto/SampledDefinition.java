package io.github.conv4j.internal.auto;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.internal.prepared.PaddingIndex;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The definition of a convolution, evaluated for single outputs in double precision. What engines
 * compute is compared with it, so it shares no code with any of them.
 */
final class SampledDefinition {
  private static final Geometry.Axis ABSENT = new Geometry.Axis(1, 1, 1, 1, 1, 0, 0);

  private final Convolution convolution;
  private final Geometry.Axis[] axes = {ABSENT, ABSENT, ABSENT};
  private final long[] strides = new long[5];
  private final MemorySegment src;
  private final float[] weights;
  private final float @Nullable [] bias;

  /**
   * Creates the definition.
   *
   * @param weights in row-major order, a flipped kernel already turned round
   */
  SampledDefinition(PrepareRequest request, Tensor src, float[] weights) {
    this.convolution = request.convolution();
    this.src = src.segment();
    this.weights = weights;
    this.bias = request.bias() == null ? null : request.bias().toFloatArray();
    List<Geometry.Axis> given = request.geometry().axes();
    long[] givenStrides = src.spec().strides();
    System.arraycopy(givenStrides, 0, strides, 0, 2);
    int absent = 3 - given.size();
    for (int i = 0; i < given.size(); i++) {
      axes[absent + i] = given.get(i);
      strides[2 + absent + i] = givenStrides[2 + i];
    }
  }

  /** Returns how many products one output sums at most. */
  static long products(Convolution c) {
    long perElement = c.weightsShape().elementCount() / c.weightsShape().dim(0);
    return c.isTransposed()
        ? perElement / c.weightsShape().dim(1) * (c.inChannels() / c.groups())
        : perElement;
  }

  /**
   * Returns one output.
   *
   * @param position batch, channel, then the spatial axes
   */
  float at(long[] position) {
    return (float) sumAt(position);
  }

  /** Returns the sum of one output, before post-ops. */
  double sumAt(long[] position) {
    long outPerGroup = convolution.outChannels() / convolution.groups();
    long inPerGroup = convolution.inChannels() / convolution.groups();
    long group = position[1] / outPerGroup;
    long inGroup = position[1] % outPerGroup;
    double sum = bias == null ? 0 : bias[(int) position[1]];
    for (long ic = 0; ic < inPerGroup; ic++) {
      long channel = group * inPerGroup + ic;
      long weightsRow =
          convolution.isTransposed()
              ? channel * outPerGroup + inGroup
              : position[1] * inPerGroup + ic;
      sum += window(position[0] * strides[0] + channel * strides[1], weightsRow, position);
    }
    return sum;
  }

  private double window(long srcBase, long weightsRow, long[] position) {
    double sum = 0;
    int first = 5 - position.length; // of the three axes that exist
    for (long kd = 0; kd < axes[0].kernel(); kd++) {
      long id = source(0, first, position, kd);
      if (id == PaddingIndex.ZERO) {
        continue;
      }
      for (long kh = 0; kh < axes[1].kernel(); kh++) {
        long ih = source(1, first, position, kh);
        if (ih == PaddingIndex.ZERO) {
          continue;
        }
        long row = srcBase + id * strides[2] + ih * strides[3];
        long tap =
            ((weightsRow * axes[0].kernel() + kd) * axes[1].kernel() + kh) * axes[2].kernel();
        for (long kw = 0; kw < axes[2].kernel(); kw++) {
          long iw = source(2, first, position, kw);
          if (iw != PaddingIndex.ZERO) {
            double value = src.getAtIndex(JAVA_FLOAT, row + iw * strides[4]);
            sum += value * weights[(int) (tap + kw)];
          }
        }
      }
    }
    return sum;
  }

  /** Returns the source element that an output meets at tap {@code k} of one of three axes. */
  private long source(int i, int first, long[] position, long k) {
    if (i < first) {
      return 0;
    }
    Geometry.Axis axis = axes[i];
    long o = position[2 + i - first];
    if (convolution.isTransposed()) {
      long reached = o + axis.begin() - k * axis.dilation();
      boolean meets =
          reached >= 0 && reached % axis.stride() == 0 && reached / axis.stride() < axis.src();
      return meets ? reached / axis.stride() : PaddingIndex.ZERO;
    }
    long at = o * axis.stride() - axis.begin() + k * axis.dilation();
    return PaddingIndex.source(convolution.padding().mode(), at, axis.src());
  }
}
