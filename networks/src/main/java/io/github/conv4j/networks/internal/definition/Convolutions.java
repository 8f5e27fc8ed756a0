package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.internal.definition.Windows.Meeting;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Cross-correlation and its transpose, over one to three spatial axes. */
final class Convolutions {
  private static final String[] CONV_ATTRIBUTES = {
    "auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"
  };

  /** How many numbers are gathered at a time: 8 MiB. */
  private static final int GATHERED_ELEMENTS = 1 << 20;

  private static final int WORTH_A_SECOND_THREAD = 1 << 16;

  private Convolutions() {}

  static void define(OperatorFamily.Registry to) {
    to.add("Conv", 1, Definition.single(Convolutions::inferConv, Convolutions::conv))
        .inputs(2, 3)
        .attributes(CONV_ATTRIBUTES)
        .heavy();
    to.add(
            "ConvTranspose",
            1,
            Definition.single(Convolutions::inferTransposed, Convolutions::transposed))
        .inputs(2, 3)
        .attributes(
            "auto_pad",
            "dilations",
            "group",
            "kernel_shape",
            "output_padding",
            "output_shape",
            "pads",
            "strides")
        .heavy();
  }

  static String[] convAttributes() {
    return CONV_ATTRIBUTES.clone();
  }

  private static TensorType inferConv(NodeCall call) {
    call.requireReal(0);
    call.requireSame(0, 1);
    TensorType type = call.result(call.element(0), dstDims(call, 1));
    if (call.has(2)) {
      call.requireSame(0, 2);
      call.requireDims(2, type.dim(1));
    }
    return type;
  }

  /** Returns what a convolution of input 0 with the weights of another input gives. */
  static long[] dstDims(NodeCall call, int weights) {
    requireSpatial(call, weights);
    TensorType src = call.type(0);
    TensorType kernel = call.type(weights);
    long groups = groups(call);
    call.require(
        src.dim(1) == Math.multiplyExact(kernel.dim(1), groups) && kernel.dim(0) % groups == 0,
        "has group %d, input %s and weights %s, whose channels do not fit",
        groups,
        src,
        kernel);
    return Layout.concat(new long[] {src.dim(0), kernel.dim(0)}, convWindows(call, weights).dst());
  }

  private static void requireSpatial(NodeCall call, int weights) {
    int rank = call.rank(0);
    call.require(
        rank >= 3 && call.rank(weights) == rank,
        "has input %s and weights %s, which must have the same 3 or more dimensions",
        call.type(0),
        call.type(weights));
    if (rank > 5) {
      throw call.unsupported("has %d spatial axes, at most 3 are supported", rank - 2);
    }
  }

  private static long groups(NodeCall call) {
    long groups = call.integer("group", 1);
    call.require(groups > 0, "has group %d, which must be at least 1", groups);
    return groups;
  }

  static Windows convWindows(NodeCall call, int weights) {
    return Windows.of(call, kernel(call, weights), Windows.Rounding.FLOOR);
  }

  private static long[] kernel(NodeCall call, int weights) {
    long[] kernel = Windows.spatialDims(call.dims(weights));
    call.require(
        Arrays.equals(call.integers("kernel_shape", kernel), kernel),
        "has kernel_shape %s but weights %s",
        Arrays.toString(call.integers("kernel_shape", kernel)),
        call.type(weights));
    return kernel;
  }

  private static Values conv(NodeCall call, TensorType type) {
    double[] dst =
        convolve(
            call.reals(0),
            call.reals(1),
            type,
            (int) call.type(1).dim(1),
            (int) groups(call),
            convWindows(call, 1).lifted());
    addBias(call, 2, type, dst);
    return Values.of(type, dst);
  }

  static void addBias(NodeCall call, int input, TensorType type, double[] dst) {
    if (call.has(input)) {
      double[] bias = call.reals(input);
      int plane = Layout.count(type.dims(), 2, type.rank());
      for (int i = 0; i < dst.length; i++) {
        dst[i] += bias[i / plane % bias.length];
      }
    }
  }

  /**
   * Returns {@code dst[n, oc, o] = Σ src[n, ic, o·stride + k·dilation - before] · weights[oc, ic,
   * k]} over the channels of the group and the kernel.
   *
   * @param depth input channels of a group
   */
  static double[] convolve(
      double[] src, double[] weights, TensorType type, int depth, int groups, Windows windows) {
    double[] dst = new double[(int) type.elementCount()];
    if (dst.length == 0) {
      return dst;
    }
    int outputs = (int) type.dim(1) / groups;
    int inputs = depth * Layout.count(windows.kernel());
    int pixels = Layout.count(windows.dst());
    int most = Math.clamp(GATHERED_ELEMENTS / Math.max(inputs, 1), 1, pixels);
    for (int group = 0; group < type.dim(0) * groups; group++) {
      int firstWeight = group % groups * outputs * inputs;
      for (int pixel = 0; pixel < pixels; pixel += most) {
        int count = Math.min(most, pixels - pixel);
        double[] gathered = gather(src, group * depth, depth, windows, pixel, count);
        Matrix.multiply(
            new Matrix(weights, firstWeight, inputs, outputs, inputs),
            new Matrix(gathered, 0, count, inputs, count),
            new Matrix(dst, group * outputs * pixels + pixel, pixels, outputs, count));
      }
    }
    return dst;
  }

  /**
   * Returns what some windows see of some planes: a row for each element of the kernel, in which
   * each window has its column.
   */
  private static double[] gather(
      double[] src, int firstPlane, int planes, Windows windows, int firstWindow, int count) {
    int taps = Layout.count(windows.kernel());
    int plane = Layout.count(windows.src());
    double[] gathered = new double[planes * taps * count];
    IntStream all = IntStream.range(0, planes * taps);
    (gathered.length < WORTH_A_SECOND_THREAD ? all : all.parallel())
        .forEach(
            row ->
                gatherRow(
                    src,
                    (firstPlane + row / taps) * plane,
                    windows,
                    row % taps,
                    firstWindow,
                    gathered,
                    row * count,
                    count));
    return gathered;
  }

  /** Copies what one element of the kernel meets; padding stays 0. */
  private static void gatherRow(
      double[] src,
      int srcStart,
      Windows windows,
      int tap,
      int firstWindow,
      double[] gathered,
      int start,
      int count) {
    int kernelH = (int) windows.kernel()[1];
    int kernelW = (int) windows.kernel()[2];
    int dstH = (int) windows.dst()[1];
    int dstW = (int) windows.dst()[2];
    int srcW = (int) windows.src()[2];
    long stride = windows.strides()[2];
    int column = 0;
    while (column < count) {
      int window = firstWindow + column;
      int ow = window % dstW;
      int end = Math.min(count, column + dstW - ow);
      long d = windows.source(0, window / dstW / dstH, tap / kernelW / kernelH);
      long h = windows.source(1, window / dstW % dstH, tap / kernelW % kernelH);
      if (d >= 0 && h >= 0) {
        int srcRow = srcStart + (int) ((d * windows.src()[1] + h) * srcW);
        long w = ow * stride + windows.shift(2, tap % kernelW);
        for (int i = column; i < end; i++, w += stride) {
          if (w >= 0 && w < srcW) {
            gathered[start + i] = src[srcRow + (int) w];
          }
        }
      }
      column = end;
    }
  }

  /**
   * Returns for each axis and each element of the kernel which elements it spreads to the result.
   */
  private static Meeting[][] meetings(Windows windows) {
    Meeting[][] meetings = new Meeting[3][];
    for (int axis = 0; axis < 3; axis++) {
      int kernel = (int) windows.kernel()[axis];
      meetings[axis] = new Meeting[kernel];
      for (int k = 0; k < kernel; k++) {
        meetings[axis][k] =
            Meeting.of(
                windows.src()[axis],
                windows.dst()[axis],
                windows.strides()[axis],
                windows.shift(axis, k));
      }
    }
    return meetings;
  }

  private static TensorType inferTransposed(NodeCall call) {
    call.requireReal(0);
    call.requireSame(0, 1);
    requireSpatial(call, 1);
    TensorType src = call.type(0);
    TensorType kernel = call.type(1);
    long groups = groups(call);
    call.require(
        src.dim(1) == kernel.dim(0) && src.dim(1) % groups == 0,
        "has group %d, input %s and weights %s, whose channels do not fit",
        groups,
        src,
        kernel);
    long outputs = Math.multiplyExact(kernel.dim(1), groups);
    if (call.has(2)) {
      call.requireSame(0, 2);
      call.requireDims(2, outputs);
    }
    return call.result(
        src.element(),
        Layout.concat(new long[] {src.dim(0), outputs}, transposedWindows(call).dst()));
  }

  /** Returns windows whose steps are the elements of the source. */
  private static Windows transposedWindows(NodeCall call) {
    int spatial = call.rank(0) - 2;
    long[] src = Windows.spatialDims(call.dims(0));
    long[] kernel = kernel(call, 1);
    long[] strides = Windows.positive(call, "strides", spatial);
    long[] dilations = Windows.positive(call, "dilations", spatial);
    long[] extra = outputPadding(call, strides, dilations);
    String autoPad = call.text("auto_pad", "NOTSET");
    long[] pads = Windows.pads(call, spatial);
    long[] before = new long[spatial];
    long[] after = new long[spatial];
    long[] dst = new long[spatial];
    for (int axis = 0; axis < spatial; axis++) {
      call.require(kernel[axis] > 0, "has a kernel of extent %d", kernel[axis]);
      call.require(src[axis] > 0, "has no elements to transpose: %s", call.type(0));
      long span = Windows.span(kernel[axis], dilations[axis]);
      long full =
          Math.addExact(
              Math.multiplyExact(strides[axis], src[axis] - 1), Math.addExact(extra[axis], span));
      boolean same = autoPad.startsWith("SAME_");
      if (call.hasAttribute("output_shape") || same) {
        dst[axis] =
            call.hasAttribute("output_shape")
                ? outputShape(call, spatial)[axis]
                : Math.multiplyExact(src[axis], strides[axis]);
        long total = Math.max(0, full - dst[axis]);
        before[axis] = autoPad.equals("SAME_UPPER") ? total / 2 : total - total / 2;
        after[axis] = total - before[axis];
      } else {
        before[axis] = pads[axis];
        after[axis] = pads[axis + spatial];
        dst[axis] = Math.subtractExact(full, Math.addExact(before[axis], after[axis]));
        call.require(dst[axis] >= 0, "pads away more than all: %d elements remain", dst[axis]);
      }
      Windows.requireModest(call, full);
      Windows.requireModest(call, Math.addExact(before[axis], dst[axis]));
    }
    call.require(
        Arrays.asList("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER").contains(autoPad),
        "has auto_pad \"%s\"",
        autoPad);
    return new Windows(src, kernel, strides, dilations, before, after, dst);
  }

  private static long[] outputPadding(NodeCall call, long[] strides, long[] dilations) {
    long[] extra = call.integers("output_padding", new long[strides.length]);
    call.require(
        extra.length == strides.length,
        "has %d output_padding, not %d",
        extra.length,
        strides.length);
    for (int axis = 0; axis < extra.length; axis++) {
      call.require(
          extra[axis] >= 0 && extra[axis] < Math.max(strides[axis], dilations[axis]),
          "has output_padding %d, which must be less than stride or dilation",
          extra[axis]);
    }
    return extra;
  }

  /** Some files tell batch and channels too. */
  private static long[] outputShape(NodeCall call, int spatial) {
    long[] told = call.integers("output_shape");
    call.require(
        told.length == spatial || told.length == spatial + 2,
        "has output_shape of %d dimensions, not %d",
        told.length,
        spatial);
    long[] shape = Arrays.copyOfRange(told, told.length - spatial, told.length);
    for (long extent : shape) {
      call.require(extent > 0, "has output_shape %d, which must be at least 1", extent);
    }
    return shape;
  }

  private static Values transposed(NodeCall call, TensorType type) {
    double[] src = call.reals(0);
    double[] weights = call.reals(1);
    double[] dst = new double[(int) type.elementCount()];
    if (dst.length == 0) {
      return Values.of(type, dst);
    }
    Windows windows = transposedWindows(call).lifted();
    int groups = (int) groups(call);
    int inputs = (int) call.type(0).dim(1);
    int depth = inputs / groups;
    int outputs = (int) type.dim(1);
    int width = outputs / groups;
    int srcPlane = Layout.count(windows.src());
    int dstPlane = Layout.count(windows.dst());
    int taps = Layout.count(windows.kernel());
    Meeting[][] meetings = meetings(windows);
    IntStream.range(0, Math.multiplyExact((int) type.dim(0), outputs))
        .parallel()
        .forEach(
            plane -> {
              int oc = plane % outputs;
              int firstInput = oc / width * depth;
              for (int ic = firstInput; ic < firstInput + depth; ic++) {
                scatter(
                    src,
                    (plane / outputs * inputs + ic) * srcPlane,
                    weights,
                    (ic * width + oc % width) * taps,
                    dst,
                    plane * dstPlane,
                    windows,
                    meetings);
              }
            });
    addBias(call, 2, type, dst);
    return Values.of(type, dst);
  }

  /** Adds each element of a plane, times the kernel, to the places of the result that it meets. */
  private static void scatter(
      double[] src,
      int srcStart,
      double[] weights,
      int weightsStart,
      double[] dst,
      int dstStart,
      Windows windows,
      Meeting[][] meetings) {
    int strideD = (int) windows.strides()[0];
    int strideH = (int) windows.strides()[1];
    int strideW = (int) windows.strides()[2];
    int srcH = (int) windows.src()[1];
    int srcW = (int) windows.src()[2];
    int dstH = (int) windows.dst()[1];
    int dstW = (int) windows.dst()[2];
    int tap = weightsStart;
    for (Meeting d : meetings[0]) {
      for (Meeting h : meetings[1]) {
        for (Meeting w : meetings[2]) {
          double weight = weights[tap++];
          for (int id = d.first(); id < d.end(); id++) {
            int dstPlane = dstStart + (id * strideD + d.shift()) * dstH * dstW;
            for (int ih = h.first(); ih < h.end(); ih++) {
              int dstRow = dstPlane + (ih * strideH + h.shift()) * dstW + w.shift();
              int srcRow = srcStart + (id * srcH + ih) * srcW;
              for (int iw = w.first(); iw < w.end(); iw++) {
                dst[dstRow + iw * strideW] += weight * src[srcRow + iw];
              }
            }
          }
        }
      }
    }
  }
}
