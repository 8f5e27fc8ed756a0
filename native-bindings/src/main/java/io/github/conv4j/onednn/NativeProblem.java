package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.compose.Window;
import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution cut down to what oneDNN computes: the plans of its axes, with the numbers as oneDNN
 * wants them.
 *
 * @param convolution the description
 * @param axes one plan a spatial axis
 * @param addsToDst whether the operand of the first post-op, which adds it, is what dst held
 * @param roundsToBf16 whether src and weights of f32 become bf16 before they are multiplied
 */
record NativeProblem(
    Convolution convolution, List<AxisPlan> axes, boolean addsToDst, boolean roundsToBf16) {
  NativeProblem {
    axes = List.copyOf(axes);
  }

  static NativeProblem of(Convolution convolution, Geometry geometry) {
    List<AxisPlan> plans = new ArrayList<>();
    for (Geometry.Axis axis : geometry.axes()) {
      plans.add(AxisPlan.of(axis, convolution.isTransposed()));
    }
    if (convolution.isTransposed() && convolution.inChannels() == convolution.groups()) {
      plans.addLast(plans.removeLast().withoutStrideOfOneOutput());
    }
    return new NativeProblem(convolution, plans, false, false);
  }

  /** Returns the same work, done where the operand of the first post-op lies. */
  NativeProblem addingToDst() {
    return new NativeProblem(convolution, axes, true, roundsToBf16);
  }

  /** Returns the same work by products of bf16. */
  NativeProblem roundingToBf16() {
    return new NativeProblem(convolution, axes, addsToDst, true);
  }

  /** Returns the same work without post-ops. */
  NativeProblem withoutPostOps() {
    return new NativeProblem(convolution.withPostOps(PostOps.none()), axes, false, roundsToBf16);
  }

  /** Whether sums of bytes are scaled, or another byte than 0 stands for zero. */
  boolean scalesSums() {
    return !convolution.quantization().isNone();
  }

  /** Whether a byte other than 0 stands for zero in src. */
  boolean hasZeroPoint() {
    return convolution.quantization().srcZeroPoint() != 0;
  }

  /** Whether every output sees one pixel. */
  boolean isPointwise() {
    return convolution.groups() == 1
        && axes.stream().allMatch(axis -> axis.taps().count() == 1 && axis.stride() == 1);
  }

  /** Whether a stride, a dilation or a padding is larger than {@code most}. */
  boolean exceeds(long most) {
    for (AxisPlan axis : axes) {
      if (axis.stride() > most
          || axis.dilation() > most
          || axis.begin() > most
          || Math.abs(axis.end()) > most) {
        return true;
      }
    }
    return false;
  }

  long rowStride() {
    return axes.getLast().stride();
  }

  boolean has(AxisPlan.Coverage coverage) {
    for (AxisPlan axis : axes) {
      if (axis.coverage() == coverage) {
        return true;
      }
    }
    return false;
  }

  /** The part of the tensor that is read. */
  Window srcWindow() {
    return window(!convolution.isTransposed());
  }

  /** The part of the tensor that is more than the bias. */
  Window dstWindow() {
    return window(convolution.isTransposed());
  }

  private Window window(boolean src) {
    var ranges = new Window.Range[axes.size()];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = src ? axes.get(i).src() : axes.get(i).dst();
    }
    return new Window(List.of(ranges));
  }

  /** Whether zeros stand beyond an edge, which some kernels multiply with. */
  boolean pads() {
    for (AxisPlan axis : axes) {
      if (axis.begin() > 0 || axis.end() > 0) {
        return true;
      }
    }
    return false;
  }

  /** oneDNN's logical weights: {@code [g,] oc/g, ic/g, kernel}, for both directions. */
  long[] weightsDims() {
    int channelDims = channelDims();
    var dims = new long[channelDims + axes.size()];
    dims[0] = convolution.groups();
    dims[channelDims - 2] = convolution.outChannels() / convolution.groups();
    dims[channelDims - 1] = convolution.inChannels() / convolution.groups();
    for (int i = 0; i < axes.size(); i++) {
      dims[channelDims + i] = axes.get(i).taps().count();
    }
    return dims;
  }

  private int channelDims() {
    return convolution.groups() > 1 ? 3 : 2;
  }

  /**
   * Strides of the caller's row-major weights, whole kernel, seen through {@link #weightsDims}: a
   * transposed convolution keeps them as {@code [ic, oc/g, kernel]}.
   */
  long[] weightsStrides() {
    Shape shape = convolution.weightsShape();
    long kernelSize = shape.elementCount() / shape.dim(0) / shape.dim(1);
    long outer = shape.dim(1) * kernelSize;
    int channelDims = channelDims();
    var strides = new long[channelDims + axes.size()];
    strides[0] = shape.dim(0) / convolution.groups() * outer;
    strides[channelDims - 2] = convolution.isTransposed() ? kernelSize : outer;
    strides[channelDims - 1] = convolution.isTransposed() ? outer : kernelSize;
    long stride = kernelSize;
    for (int i = 0; i < axes.size(); i++) {
      stride /= shape.dim(i + 2);
      strides[channelDims + i] = stride;
    }
    return strides;
  }

  private boolean takesFirstTaps() {
    for (AxisPlan axis : axes) {
      if (axis.taps().begin() > 0) {
        return false;
      }
    }
    return true;
  }

  /** Where the first tap that takes part lies in the caller's weights, in elements. */
  long weightsOffset() {
    if (takesFirstTaps()) {
      return 0;
    }
    long[] strides = weightsStrides();
    long offset = 0;
    for (int i = 0; i < axes.size(); i++) {
      offset += axes.get(i).taps().begin() * strides[strides.length - axes.size() + i];
    }
    return offset;
  }
}
