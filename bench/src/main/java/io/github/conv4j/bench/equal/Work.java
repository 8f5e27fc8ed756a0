package io.github.conv4j.bench.equal;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A problem in numbers, easily changed.
 *
 * @param images the batch
 * @param groups of channels
 * @param in input channels
 * @param out output channels
 * @param axes from the slowest
 * @param transposed whether a transposed convolution is meant
 * @param bias whether there is one
 */
record Work(
    long images,
    long groups,
    long in,
    long out,
    List<Axis> axes,
    boolean transposed,
    boolean bias) {
  Work {
    axes = List.copyOf(axes);
  }

  /** One spatial axis. */
  record Axis(long src, long kernel, long stride, long dilation, long begin, long end) {
    /** An axis that changes nothing. */
    static final Axis ONE = new Axis(1, 1, 1, 1, 0, 0);

    static Axis plain(long src) {
      return new Axis(src, 1, 1, 1, 0, 0);
    }

    long span() {
      return dilation * (kernel - 1) + 1;
    }

    long outputs() {
      return (src + begin + end - span()) / stride + 1;
    }
  }

  static Work of(Problem problem) {
    List<Axis> axes = new ArrayList<>();
    for (var a : problem.geometry().axes()) {
      axes.add(new Axis(a.src(), a.kernel(), a.stride(), a.dilation(), a.begin(), a.end()));
    }
    Convolution c = problem.convolution();
    return new Work(
        problem.src().dim(0),
        c.groups(),
        c.inChannels(),
        c.outChannels(),
        axes,
        c.isTransposed(),
        c.hasBias());
  }

  Work withAxes(List<Axis> others) {
    return new Work(images, groups, in, out, others, transposed, bias);
  }

  Work withAxis(int index, Axis axis) {
    List<Axis> others = new ArrayList<>(axes);
    others.set(index, axis);
    return withAxes(others);
  }

  /** The same with one more axis. */
  Work insert(int index, Axis axis) {
    List<Axis> others = new ArrayList<>(axes);
    others.add(index, axis);
    return withAxes(others);
  }

  Work withImages(long count) {
    return new Work(count, groups, in, out, axes, transposed, bias);
  }

  Work withChannels(long inCount, long outCount) {
    return new Work(images, groups, inCount, outCount, axes, transposed, bias);
  }

  Work withGroups(long count) {
    return new Work(images, count, in, out, axes, transposed, bias);
  }

  Work withTransposed(boolean choice) {
    return new Work(images, groups, in, out, axes, choice, bias);
  }

  Work withoutBias() {
    return new Work(images, groups, in, out, axes, transposed, false);
  }

  int taps() {
    return Math.toIntExact(axes.stream().mapToLong(Axis::kernel).reduce(1, Math::multiplyExact));
  }

  Problem problem() {
    Convolution.Builder builder =
        switch (axes.size()) {
          case 1 -> transposed ? Convolution.transposed1d(in, out) : Convolution.conv1d(in, out);
          case 2 -> transposed ? Convolution.transposed2d(in, out) : Convolution.conv2d(in, out);
          default -> transposed ? Convolution.transposed3d(in, out) : Convolution.conv3d(in, out);
        };
    Convolution convolution =
        builder
            .groups(groups)
            .kernel(each(Axis::kernel))
            .stride(each(Axis::stride))
            .dilation(each(Axis::dilation))
            .padding(Padding.asymmetric(each(Axis::begin), each(Axis::end)))
            .bias(bias)
            .build();
    long[] dims = new long[axes.size() + 2];
    dims[0] = images;
    dims[1] = in;
    for (int i = 0; i < axes.size(); i++) {
      dims[i + 2] = axes.get(i).src();
    }
    return Problem.of(convolution, Shape.of(dims));
  }

  private long[] each(ToLongFunction<Axis> part) {
    return axes.stream().mapToLong(part).toArray();
  }
}
