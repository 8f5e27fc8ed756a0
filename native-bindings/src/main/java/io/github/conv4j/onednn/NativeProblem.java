package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
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
 */
record NativeProblem(Convolution convolution, List<AxisPlan> axes) {
  NativeProblem {
    axes = List.copyOf(axes);
  }

  static NativeProblem of(Convolution convolution, Geometry geometry) {
    List<AxisPlan> plans = new ArrayList<>();
    for (Geometry.Axis axis : geometry.axes()) {
      plans.add(AxisPlan.of(axis, convolution.isTransposed()));
    }
    if (convolution.inChannels() == convolution.groups()) {
      // With one source channel a group, one output in a row and a stride above 1, oneDNN 3.13
      // (brg_conv_fwd, NHWC) takes the reach of the kernel for the pitch of a row.
      plans.addLast(plans.removeLast().withoutStrideOfOneOutput());
    }
    return new NativeProblem(convolution, plans);
  }

  /** Whether a stride, a dilation or a padding is larger than {@code most}. */
  boolean exceeds(long most) {
    return axes.stream()
        .anyMatch(
            plan ->
                plan.stride() > most
                    || plan.dilation() > most
                    || plan.begin() > most
                    || Math.abs(plan.end()) > most);
  }

  boolean has(AxisPlan.Coverage coverage) {
    return axes.stream().anyMatch(plan -> plan.coverage() == coverage);
  }

  /** The part of the tensor that is read. */
  Window srcWindow() {
    return new Window(
        axes.stream().map(convolution.isTransposed() ? AxisPlan::dst : AxisPlan::src).toList());
  }

  /** The part of the tensor that is more than the bias. */
  Window dstWindow() {
    return new Window(
        axes.stream().map(convolution.isTransposed() ? AxisPlan::src : AxisPlan::dst).toList());
  }

  /** Whether zeros stand beyond an edge, which some kernels multiply with. */
  boolean pads() {
    return axes.stream().anyMatch(plan -> plan.begin() > 0 || plan.end() > 0);
  }

  /** The one place where dilation becomes 0-based. */
  Dnnl.Numbers numbers() {
    return new Dnnl.Numbers(
        axes.stream().mapToLong(AxisPlan::stride).toArray(),
        axes.stream().mapToLong(plan -> plan.dilation() - 1).toArray(),
        axes.stream().mapToLong(AxisPlan::begin).toArray(),
        axes.stream().mapToLong(AxisPlan::end).toArray());
  }

  /** oneDNN's logical weights: {@code [g,] oc/g, ic/g, kernel}, for both directions. */
  long[] weightsDims() {
    List<Long> dims = new ArrayList<>();
    if (convolution.groups() > 1) {
      dims.add(convolution.groups());
    }
    dims.add(convolution.outChannels() / convolution.groups());
    dims.add(convolution.inChannels() / convolution.groups());
    axes.forEach(plan -> dims.add(plan.taps().count()));
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Strides of the caller's row-major weights, whole kernel, seen through {@link #weightsDims}: a
   * transposed convolution keeps them as {@code [ic, oc/g, kernel]}.
   */
  long[] weightsStrides() {
    Shape shape = convolution.weightsShape();
    long kernelSize = shape.elementCount() / shape.dim(0) / shape.dim(1);
    long outer = shape.dim(1) * kernelSize;
    List<Long> strides = new ArrayList<>();
    if (convolution.groups() > 1) {
      strides.add(shape.dim(0) / convolution.groups() * outer);
    }
    strides.add(convolution.isTransposed() ? kernelSize : outer);
    strides.add(convolution.isTransposed() ? outer : kernelSize);
    long stride = kernelSize;
    for (int i = 0; i < axes.size(); i++) {
      stride /= shape.dim(i + 2);
      strides.add(stride);
    }
    return strides.stream().mapToLong(Long::longValue).toArray();
  }

  /** Where the first tap that takes part lies in the caller's weights, in elements. */
  long weightsOffset() {
    long[] strides = weightsStrides();
    long offset = 0;
    for (int i = 0; i < axes.size(); i++) {
      offset += axes.get(i).taps().begin() * strides[strides.length - axes.size() + i];
    }
    return offset;
  }
}
