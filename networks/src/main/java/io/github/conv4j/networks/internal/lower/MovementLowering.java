package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.internal.primitive.SinglePass;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.operator.Assembly;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Copies of parts: nothing is computed, and each source is read in whatever order it lies. */
final class MovementLowering {
  private MovementLowering() {}

  static boolean concat(Lowering to, Node node) {
    String dst = node.outputs().getFirst();
    int rank = to.rank(dst);
    int axis = axis(Attributes.integer(node, "axis", 0), rank);
    Order order = Order.rowMajor(rank);
    for (String input : node.inputs()) {
      if (to.type(input).elementCount() == 0) {
        return false;
      }
    }
    for (String input : node.inputs()) {
      if (to.draft().constant(input) == null) {
        order = to.place(input).order();
        break;
      }
    }
    long[] rows = rowsOfFloats(to, node, order, axis);
    if (rows != null) {
      assemble(to, node, order, rows);
      return true;
    }
    int result = to.write(dst, order);
    long[] steps = order.strides(to.dims(dst));
    long at = 0;
    for (String input : node.inputs()) {
      long[] dims = to.dims(input);
      Place place = to.place(input);
      var copy =
          new OrderCopy(
              dims, place.order().strides(dims), 0, steps, at * steps[axis], bytes(to, dst));
      to.step(node, copy, "java:copy", place.value(), result);
      at += dims[axis];
    }
    return true;
  }

  /**
   * Returns how many times four bytes of each input follow each other in the result; null where
   * they do not come out even, or an input does not lie as the result does and is no constant,
   * which is brought into its order.
   */
  private static long @Nullable [] rowsOfFloats(Lowering to, Node node, Order order, int axis) {
    String dst = node.outputs().getFirst();
    long inner = order.strides(to.dims(dst))[axis] * bytes(to, dst);
    long[] rows = new long[node.inputs().size()];
    for (int i = 0; i < rows.length; i++) {
      String input = node.inputs().get(i);
      long[] dims = to.dims(input);
      boolean fits =
          to.draft().constant(input) != null || to.place(input).order().isSame(order, dims);
      if (!fits || dims[axis] * inner % Float.BYTES != 0) {
        return null;
      }
      rows[i] = dims[axis] * inner / Float.BYTES;
    }
    return rows;
  }

  /** Copies rows of all inputs in turns, in one step. */
  private static void assemble(Lowering to, Node node, Order order, long[] rows) {
    String dst = node.outputs().getFirst();
    long outer = to.byteSize(dst) / Float.BYTES / Arrays.stream(rows).sum();
    int[] sources = node.inputs().stream().mapToInt(input -> to.read(input, order)).toArray();
    int result = to.write(dst, order);
    to.step(
        node,
        new Assembly(outer, rows, 1, to.threads()),
        "java:copy",
        sources[0],
        result,
        Arrays.copyOfRange(sources, 1, sources.length));
  }

  static boolean split(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    long[] dims = to.dims(src);
    int axis = axis(Attributes.integer(node, "axis", 0), dims.length);
    long at = 0;
    for (String output : node.outputs()) {
      if (output.isEmpty() || to.type(output).elementCount() == 0) {
        return false;
      }
    }
    for (String output : node.outputs()) {
      long[] offsets = new long[dims.length];
      offsets[axis] = at;
      long[] steps = new long[dims.length];
      Arrays.fill(steps, 1);
      part(to, node, src, output, offsets, steps);
      at += to.dims(output)[axis];
    }
    return true;
  }

  static boolean slice(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    long[] dims = to.dims(src);
    long[] starts = list(to, node, 1, "starts");
    long[] axes = list(to, node, 3, "axes");
    long[] given = list(to, node, 4, "steps");
    if (starts == null || to.type(dst).elementCount() == 0) {
      return false;
    }
    long[] offsets = new long[dims.length];
    long[] steps = new long[dims.length];
    Arrays.fill(steps, 1);
    for (int i = 0; i < starts.length; i++) {
      int axis = axes == null ? i : axis(axes[i], dims.length);
      steps[axis] = given == null ? 1 : given[i];
      if (steps[axis] == 0) {
        return false;
      }
      long start = starts[i] < 0 ? starts[i] + dims[axis] : starts[i];
      offsets[axis] = Math.clamp(start, 0, dims[axis] - 1);
    }
    part(to, node, src, dst, offsets, steps);
    return true;
  }

  private static void part(
      Lowering to, Node node, String src, String dst, long[] offsets, long[] steps) {
    Place place = to.place(src);
    long[] from = place.order().strides(to.dims(src));
    long offset = 0;
    long[] scaled = new long[from.length];
    for (int i = 0; i < from.length; i++) {
      offset += offsets[i] * from[i];
      scaled[i] = from[i] * steps[i];
    }
    int result = to.write(dst, place.order());
    long[] dims = to.dims(dst);
    var copy = new OrderCopy(dims, scaled, offset, place.order().strides(dims), 0, bytes(to, src));
    to.stepOf(dst, node, copy, "java:copy", place.value(), result);
  }

  static boolean expand(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    long[] dims = to.dims(dst);
    long[] small = to.dims(src);
    if (to.type(dst).elementCount() == 0) {
      return false;
    }
    Place place = to.place(src);
    long[] steps = place.order().strides(small);
    long[] from = new long[dims.length];
    int shift = dims.length - small.length;
    for (int i = 0; i < small.length; i++) {
      from[i + shift] = small[i] == 1 ? 0 : steps[i];
    }
    Order order = shift == 0 ? place.order() : Order.rowMajor(dims.length);
    int result = to.write(dst, order);
    var copy = new OrderCopy(dims, from, order.strides(dims), bytes(to, src));
    to.step(node, copy, "java:copy", place.value(), result);
    return true;
  }

  /** Each axis twice: from one repetition to the next, and within one. */
  static boolean tile(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    if (to.type(dst).elementCount() == 0) {
      return false;
    }
    long[] small = to.dims(src);
    long[] large = to.dims(dst);
    int rank = small.length;
    Place place = to.place(src);
    long[] in = place.order().strides(small);
    long[] out = place.order().strides(large);
    long[] sizes = new long[2 * rank];
    long[] from = new long[2 * rank];
    long[] into = new long[2 * rank];
    for (int i = 0; i < rank; i++) {
      sizes[2 * i] = large[i] / small[i];
      into[2 * i] = small[i] * out[i];
      sizes[2 * i + 1] = small[i];
      from[2 * i + 1] = in[i];
      into[2 * i + 1] = out[i];
    }
    int result = to.write(dst, place.order());
    var copy = new OrderCopy(sizes, from, into, bytes(to, src));
    to.step(node, copy, "java:copy", place.value(), result);
    return true;
  }

  /** Zeros, or another constant, around a tensor. */
  static boolean pad(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    long[] pads = list(to, node, 1, "pads");
    float value = Attributes.real(node, "value", 0);
    if (node.hasInput(2)) {
      Float given = to.draft().scalar(node.inputs().get(2));
      if (given == null) {
        return false;
      }
      value = given;
    }
    boolean serves =
        Attributes.text(node, "mode", "constant").equals("constant")
            && pads != null
            && !node.hasInput(3)
            && to.type(src).element() == ElementType.FLOAT
            && pads.length == 2 * to.rank(src)
            && Arrays.stream(pads).allMatch(pad -> pad >= 0)
            && to.type(src).elementCount() > 0;
    if (!serves || pads == null) {
      return false;
    }
    Place place = to.place(src);
    int result = to.write(dst, place.order());
    long[] steps = place.order().strides(to.dims(dst));
    long offset = 0;
    for (int i = 0; i < steps.length; i++) {
      offset += pads[i] * steps[i];
    }
    float around = value;
    long count = to.type(dst).elementCount();
    to.step(
        node,
        new SinglePass(
            (_, out) -> {
              if (around == 0) {
                out.fill((byte) 0);
                return;
              }
              for (long i = 0; i < count; i++) {
                out.setAtIndex(ValueLayout.JAVA_FLOAT, i, around);
              }
            }),
        "java:fill",
        place.value(),
        result);
    long[] dims = to.dims(src);
    var copy = new OrderCopy(dims, place.order().strides(dims), 0, steps, offset, bytes(to, src));
    to.step(node, copy, "java:copy", place.value(), result);
    return true;
  }

  /** A permutation within blocks: seen as more axes, transposed, seen as fewer again. */
  static boolean blocks(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    long[] from = to.dims(src);
    if (from.length != 4 || to.type(dst).elementCount() == 0) {
      return false;
    }
    long block = Attributes.integer(node, "blocksize", 1);
    boolean toSpace = node.operator().equals("DepthToSpace");
    boolean columns = Attributes.text(node, "mode", "DCR").equals("CRD");
    long[] dims = to.dims(dst);
    Order order = Order.channelsLast(4);
    Place place = to.place(src);
    long[] in = place.order().strides(from);
    int result = to.write(dst, order);
    long[] out = order.strides(dims);
    long n = from[0];
    // Axes: batch, channels of the smaller side, rows and columns outside and inside a block.
    long c = toSpace ? dims[1] : from[1];
    long h = toSpace ? from[2] : dims[2];
    long w = toSpace ? from[3] : dims[3];
    long[] deep = toSpace ? in : out;
    long[] wide = toSpace ? out : in;
    long ofChannel = columns ? block * block * deep[1] : deep[1];
    long ofRow = columns ? block * deep[1] : block * c * deep[1];
    long ofColumn = columns ? deep[1] : c * deep[1];
    long[] sizes = {n, c, h, block, w, block};
    long[] deepSteps = {deep[0], ofChannel, deep[2], ofRow, deep[3], ofColumn};
    long[] wideSteps = {wide[0], wide[1], block * wide[2], wide[2], block * wide[3], wide[3]};
    var copy =
        new OrderCopy(
            sizes,
            toSpace ? deepSteps : wideSteps,
            toSpace ? wideSteps : deepSteps,
            bytes(to, src));
    to.step(node, copy, "java:copy", place.value(), result);
    return true;
  }

  private static int bytes(Lowering to, String value) {
    return to.type(value).element().byteSize();
  }

  static int axis(long axis, int rank) {
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Returns integers from an attribute or a constant input, or null. */
  static long @Nullable [] list(Lowering to, Node node, int input, String attribute) {
    long[] values = Attributes.integers(node, attribute);
    if (values != null || !node.hasInput(input)) {
      return values;
    }
    Constant constant = to.draft().constant(node.inputs().get(input));
    return constant == null ? null : Values.of(constant).integers();
  }
}
