package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.ResizeTable;
import io.github.conv4j.networks.internal.operator.RepeatedAssembly;
import io.github.conv4j.networks.internal.operator.Resampling;
import io.github.conv4j.networks.internal.operator.ResamplingAxis;
import io.github.conv4j.networks.internal.pass.Attributes;
import io.github.conv4j.networks.internal.pass.Repetition;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Resize, Upsample, and Pad by elements of the image itself, along spatial axes. */
final class ResizeLowering {
  private ResizeLowering() {}

  static boolean lower(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    if (QuantizedLowering.isByte(to, src)) {
      return repetition(to, node);
    }
    if (!keepsChannels(to, src, dst)) {
      return false;
    }
    int rank = to.rank(src);
    List<ResizeTable> tables =
        ResizeTable.of(node, to.draft().opset(), to.inputTypes(node), to.constants(node)::get);
    if (tables == null) {
      return false;
    }
    ResamplingAxis[] axes = {ResamplingAxis.NONE, ResamplingAxis.NONE, ResamplingAxis.NONE};
    for (int i = 2; i < rank; i++) {
      axes[5 - rank + i - 2] = axis(Math.toIntExact(to.dims(src)[i]), tables.get(i));
    }
    add(to, node, to.dims(src)[1], axes);
    return true;
  }

  /** Each element some times along each axis: copies, whatever the elements are. */
  private static boolean repetition(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    long[] factors = Repetition.of(to.draft(), node);
    if (factors == null || to.type(dst).elementCount() == 0) {
      return false;
    }
    Place place = to.place(src);
    long[] dims = to.dims(src);
    if (isOfWholeFloats(place.order(), dims, factors)) {
      add(to, node, dims[1] / Float.BYTES, axes(dims, factors));
      return true;
    }
    long[] in = place.order().strides(dims);
    long[] out = place.order().strides(to.dims(dst));
    int rank = dims.length;
    long[] sizes = new long[2 * rank];
    long[] from = new long[2 * rank];
    long[] into = new long[2 * rank];
    for (int position = 0; position < rank; position++) {
      int axis = place.order().axis(position);
      sizes[2 * position] = dims[axis];
      from[2 * position] = in[axis];
      into[2 * position] = factors[axis] * out[axis];
      sizes[2 * position + 1] = factors[axis];
      into[2 * position + 1] = out[axis];
    }
    int result = to.write(dst, place.order());
    var copy = new OrderCopy(sizes, from, into, to.type(src).element().byteSize());
    to.step(node, copy, "java:copy", place.value(), result);
    return true;
  }

  /** Whether pixels of bytes may be moved as pixels of floats, four bytes at a time. */
  private static boolean isOfWholeFloats(Order order, long[] dims, long[] factors) {
    int rank = dims.length;
    return rank >= 3
        && rank <= 5
        && order.isSame(Order.channelsLast(rank), dims)
        && dims[1] % Float.BYTES == 0
        && factors[0] == 1
        && factors[1] == 1;
  }

  /** Images of floats, or of bytes four at a time, are repeated where they are joined. */
  static void join(Lowering to, Node node) {
    String dst = node.outputs().getFirst();
    Order order = Order.channelsLast(to.rank(dst));
    int together = Float.BYTES / to.type(dst).element().byteSize();
    List<String> inputs = node.inputs();
    RepeatedAssembly.Image[] images = new RepeatedAssembly.Image[inputs.size()];
    int[] numbers = new int[images.length];
    for (int i = 0; i < images.length; i++) {
      long[] dims = to.dims(inputs.get(i));
      images[i] =
          new RepeatedAssembly.Image(
              size(dims, 3), size(dims, 2), size(dims, 1), Math.toIntExact(dims[1] / together));
      numbers[i] = to.read(inputs.get(i), order);
    }
    long[] dims = to.dims(dst);
    var primitive =
        new RepeatedAssembly(
            dims[0], size(dims, 3), size(dims, 2), size(dims, 1), images, to.threads());
    int[] operands = Arrays.copyOfRange(numbers, 1, numbers.length);
    to.step(node, primitive, "java:resampling", numbers[0], to.write(dst, order), operands);
  }

  /** Returns the size of a spatial axis, counted from the last; 1 where there are not so many. */
  private static int size(long[] dims, int fromLast) {
    int axis = dims.length - fromLast;
    return axis < 2 ? 1 : Math.toIntExact(dims[axis]);
  }

  private static ResamplingAxis[] axes(long[] dims, long[] factors) {
    ResamplingAxis[] axes = {ResamplingAxis.NONE, ResamplingAxis.NONE, ResamplingAxis.NONE};
    int rank = dims.length;
    for (int i = 2; i < rank; i++) {
      int factor = Math.toIntExact(factors[i]);
      int size = Math.toIntExact(dims[i]);
      int[] elements = IntStream.range(0, size * factor).map(j -> j / factor).toArray();
      axes[5 - rank + i - 2] = ResamplingAxis.nearest(size, elements);
    }
    return axes;
  }

  private static boolean keepsChannels(Lowering to, String src, String dst) {
    int rank = to.rank(src);
    return rank >= 3
        && rank <= 5
        && to.type(src).element() == ElementType.FLOAT
        && to.type(src).elementCount() > 0
        && to.type(dst).elementCount() > 0
        && to.dims(src)[0] == to.dims(dst)[0]
        && to.dims(src)[1] == to.dims(dst)[1];
  }

  private static void add(Lowering to, Node node, long channels, ResamplingAxis[] axes) {
    String src = node.inputs().getFirst();
    long[] dims = to.dims(src);
    Order order = Order.channelsLast(dims.length);
    int from = to.read(src, order);
    int result = to.write(node.outputs().getFirst(), order);
    var primitive =
        new Resampling(dims[0], axes[0], axes[1], axes[2], Math.toIntExact(channels), to.threads());
    to.step(node, primitive, "java:resampling", from, result);
  }

  /** Padding with what is there: the nearest element, the mirrored one, or the other end. */
  static boolean pad(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    String mode = Attributes.text(node, "mode", "constant");
    long[] pads = MovementLowering.list(to, node, 1, "pads");
    if (mode.equals("constant") || pads == null || !keepsChannels(to, src, dst)) {
      return false;
    }
    int rank = to.rank(src);
    long[] before = new long[rank];
    long[] axes = node.hasInput(3) ? MovementLowering.list(to, node, 3, "axes") : null;
    for (int i = 0; i < pads.length / 2; i++) {
      if (node.hasInput(3) && axes == null) {
        return false;
      }
      before[axes == null ? i : MovementLowering.axis(axes[i], rank)] = pads[i];
    }
    if (before[0] != 0 || before[1] != 0) {
      return false;
    }
    ResamplingAxis[] all = {ResamplingAxis.NONE, ResamplingAxis.NONE, ResamplingAxis.NONE};
    for (int i = 2; i < rank; i++) {
      int size = Math.toIntExact(to.dims(src)[i]);
      int[] elements = new int[Math.toIntExact(to.dims(dst)[i])];
      for (int j = 0; j < elements.length; j++) {
        elements[j] = element(mode, j - before[i], size);
      }
      all[5 - rank + i - 2] = ResamplingAxis.nearest(size, elements);
    }
    add(to, node, to.dims(src)[1], all);
    return true;
  }

  private static int element(String mode, long at, int size) {
    return (int)
        switch (mode) {
          case "edge" -> Math.clamp(at, 0, size - 1);
          case "wrap" -> Math.floorMod(at, size);
          default -> {
            // There and back without repeating the ends.
            long period = Math.max(1, 2L * (size - 1));
            long phase = Math.floorMod(at, period);
            yield Math.min(phase, period - phase) % size;
          }
        };
  }

  private static ResamplingAxis axis(int srcSize, ResizeTable table) {
    boolean mixes = false;
    for (int i = 0; i < table.low().length; i++) {
      mixes |= table.lowWeights()[i] != 1 || table.highWeights()[i] != 0;
    }
    return mixes
        ? ResamplingAxis.linear(
            srcSize, table.low(), table.high(), table.lowWeights(), table.highWeights())
        : ResamplingAxis.nearest(srcSize, table.low());
  }
}
