package io.github.conv4j.networks.internal.definition;

import java.util.stream.IntStream;

/** Operators that look at images between their pixels, where other tensors tell. */
final class Samplings {
  private Samplings() {}

  static void define(OperatorFamily.Registry to) {
    to.add("GridSample", 16, GridSampling.DEFINITION)
        .inputs(2)
        .attributes("align_corners", "mode", "padding_mode");
    to.add("DeformConv", 19, Definition.single(Samplings::inferDeformed, Samplings::deformed))
        .inputs(3, 5)
        .attributes("dilations", "group", "kernel_shape", "offset_group", "pads", "strides")
        .heavy();
  }

  private static TensorType inferDeformed(NodeCall call) {
    call.requireReal(0);
    for (int input = 1; input < call.inputCount(); input++) {
      if (call.has(input)) {
        call.requireSame(0, input);
      }
    }
    if (call.rank(0) != 4) {
      throw call.unsupported("has %d dimensions, 2 spatial axes are supported", call.rank(0));
    }
    long[] dst = Convolutions.dstDims(call, 1);
    long[] weights = call.dims(1);
    long groups = offsetGroups(call);
    call.require(
        groups > 0 && call.type(0).dim(1) % groups == 0,
        "has offset_group %d for %s",
        groups,
        call.type(0));
    long taps = Math.multiplyExact(groups, Math.multiplyExact(weights[2], weights[3]));
    call.requireDims(2, dst[0], Math.multiplyExact(2, taps), dst[2], dst[3]);
    if (call.has(3)) {
      call.requireDims(3, dst[1]);
    }
    if (call.has(4)) {
      call.requireDims(4, dst[0], taps, dst[2], dst[3]);
    }
    call.workspace(
        Math.multiplyExact(
            Layout.count(weights[1], weights[2], weights[3]), Layout.count(dst[2], dst[3])));
    return call.result(call.element(0), dst);
  }

  private static long offsetGroups(NodeCall call) {
    return call.integer("offset_group", 1);
  }

  /** As a convolution, but that each element of the kernel meets what an offset points to. */
  private static Values deformed(NodeCall call, TensorType type) {
    double[] dst = new double[(int) type.elementCount()];
    if (dst.length == 0) {
      return Values.of(type, dst);
    }
    int groups = (int) call.integer("group", 1);
    int depth = (int) call.type(1).dim(1);
    int outputs = (int) type.dim(1) / groups;
    int pixels = Layout.count(type.dim(2), type.dim(3));
    int inputs = depth * Layout.count(call.type(1).dim(2), call.type(1).dim(3));
    double[] weights = call.reals(1);
    for (int group = 0; group < type.dim(0) * groups; group++) {
      Matrix.multiply(
          new Matrix(weights, group % groups * outputs * inputs, inputs, outputs, inputs),
          new Matrix(gather(call, group * depth, depth, pixels), 0, pixels, inputs, pixels),
          new Matrix(dst, group * outputs * pixels, pixels, outputs, pixels));
    }
    Convolutions.addBias(call, 3, type, dst);
    return Values.of(type, dst);
  }

  private static double[] gather(NodeCall call, int firstPlane, int planes, int pixels) {
    Windows windows = Convolutions.convWindows(call, 1);
    int taps = Layout.count(windows.kernel());
    double[] gathered = new double[planes * taps * pixels];
    IntStream.range(0, planes * taps)
        .parallel()
        .forEach(
            row -> {
              int plane = firstPlane + row / taps;
              for (int pixel = 0; pixel < pixels; pixel++) {
                gathered[row * pixels + pixel] =
                    shifted(call, windows, plane, row % taps, pixel, pixels);
              }
            });
    return gathered;
  }

  private static double shifted(
      NodeCall call, Windows windows, int plane, int tap, int pixel, int pixels) {
    int channels = (int) call.type(0).dim(1);
    int taps = Layout.count(windows.kernel());
    int groups = (int) offsetGroups(call);
    int n = plane / channels;
    int group = plane % channels / (channels / groups);
    int place = (n * groups + group) * taps + tap;
    int kernelW = (int) windows.kernel()[1];
    int dstW = (int) windows.dst()[1];
    double[] offsets = call.reals(2);
    double h =
        pixel / dstW * windows.strides()[0]
            + windows.shift(0, tap / kernelW)
            + offsets[2 * place * pixels + pixel];
    double w =
        pixel % dstW * windows.strides()[1]
            + windows.shift(1, tap % kernelW)
            + offsets[(2 * place + 1) * pixels + pixel];
    double mask = call.has(4) ? call.reals(4)[place * pixels + pixel] : 1;
    return mask * bilinear(call.reals(0), plane, windows.src(), h, w);
  }

  /** Interpolates in one plane; beyond it everything is 0. */
  private static double bilinear(double[] src, int plane, long[] dims, double h, double w) {
    if (!(h > -1 && w > -1 && h < dims[0] && w < dims[1])) {
      return 0;
    }
    int top = (int) Math.floor(h);
    int left = (int) Math.floor(w);
    double sum = 0;
    for (int y = Math.max(0, top); y <= Math.min(top + 1, dims[0] - 1); y++) {
      for (int x = Math.max(0, left); x <= Math.min(left + 1, dims[1] - 1); x++) {
        double weight = (1 - Math.abs(h - y)) * (1 - Math.abs(w - x));
        sum += weight * src[(int) ((plane * dims[0] + y) * dims[1] + x)];
      }
    }
    return sum;
  }
}
