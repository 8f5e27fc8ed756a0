package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.operator.Pooling;
import io.github.conv4j.networks.internal.operator.PoolingAxis;
import io.github.conv4j.networks.internal.operator.Reduction;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What makes one element of many. */
final class ReductionLowering {
  private ReductionLowering() {}

  /** Windows over the spatial axes. */
  static boolean pooling(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    int rank = to.rank(src);
    int axes = rank - 2;
    boolean indices = node.outputs().size() > 1 && !node.outputs().get(1).isEmpty();
    if (indices
        || axes < 1
        || axes > 3
        || !isPooled(to, node)
        || to.type(dst).elementCount() == 0
        || to.type(src).elementCount() == 0) {
      return false;
    }
    long[] kernel = Attributes.integers(node, "kernel_shape");
    if (kernel == null) {
      return false;
    }
    long[] strides = Attributes.integers(node, "strides", axes, 1);
    long[] dilations = Attributes.integers(node, "dilations", axes, 1);
    long[] pads = Attributes.integers(node, "pads", 2 * axes, 0);
    String automatic = Attributes.text(node, "auto_pad", "NOTSET");
    PoolingAxis[] all = {PoolingAxis.NONE, PoolingAxis.NONE, PoolingAxis.NONE};
    for (int i = 0; i < axes; i++) {
      long in = to.dims(src)[i + 2];
      long out = to.dims(dst)[i + 2];
      long begin = pads[i];
      long end = pads[axes + i];
      if (automatic.startsWith("SAME")) {
        long span = (kernel[i] - 1) * dilations[i] + 1;
        long total = Math.max(0, (out - 1) * strides[i] + span - in);
        begin = automatic.equals("SAME_UPPER") ? total / 2 : total - total / 2;
        end = total - begin;
      } else if (automatic.equals("VALID")) {
        begin = 0;
        end = 0;
      }
      if (!touchesElements(in, out, kernel[i], strides[i], dilations[i], begin)) {
        return false;
      }
      all[3 - axes + i] =
          new PoolingAxis(
              Math.toIntExact(in),
              Math.toIntExact(out),
              Math.toIntExact(kernel[i]),
              Math.toIntExact(strides[i]),
              Math.toIntExact(dilations[i]),
              Math.toIntExact(begin),
              Math.toIntExact(end));
    }
    Pooling.Kind kind = kind(node, to.type(src).element());
    Order order = Order.channelsLast(rank);
    int from = to.read(src, order);
    int result = to.write(dst, order);
    var primitive =
        new Pooling(
            kind,
            Math.toIntExact(to.dims(src)[0]),
            all[0],
            all[1],
            all[2],
            Math.toIntExact(to.dims(src)[1]),
            to.threads());
    to.step(node, primitive, "java:pooling", from, result);
    return true;
  }

  private static boolean isPooled(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    return to.type(src).element() == ElementType.FLOAT
        || (node.operator().equals("MaxPool") && QuantizedLowering.isByte(to, src));
  }

  private static Pooling.Kind kind(Node node, ElementType element) {
    if (!node.operator().equals("MaxPool")) {
      return Attributes.integer(node, "count_include_pad", 0) != 0
          ? Pooling.Kind.AVERAGE_WITH_PADDING
          : Pooling.Kind.AVERAGE;
    }
    return switch (element) {
      case INT8 -> Pooling.Kind.MAX_S8;
      case UINT8 -> Pooling.Kind.MAX_U8;
      default -> Pooling.Kind.MAX;
    };
  }

  /** Whether each window has a tap on an element: padding alone is left to the definition. */
  private static boolean touchesElements(
      long in, long out, long kernel, long stride, long dilation, long begin) {
    for (long window = 0; window < out; window++) {
      long first = window * stride - begin;
      long tap = Math.max(0, Math.ceilDiv(-first, dilation));
      if (tap >= kernel || first + tap * dilation >= in) {
        return false;
      }
    }
    return true;
  }

  /** The whole of all spatial axes. */
  static boolean global(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    if (to.type(src).element() != ElementType.FLOAT || to.type(src).elementCount() == 0) {
      return false;
    }
    long[] dims = to.dims(src);
    Order order = Order.channelsLast(dims.length);
    int from = to.read(src, order);
    int result = to.write(dst, order);
    Reduction.Kind kind =
        node.operator().equals("GlobalAveragePool") ? Reduction.Kind.MEAN : Reduction.Kind.MAX;
    long spatial = to.type(src).elementCount() / (dims[0] * dims[1]);
    var primitive = new Reduction(kind, dims[0], spatial, dims[1], to.threads());
    to.step(node, primitive, "java:reduction", from, result);
    return true;
  }

  /** Axes that lie together in memory; else the tensor is copied with those that go innermost. */
  static boolean reduce(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    Reduction.Kind kind = kind(node);
    long[] dims = to.dims(src);
    boolean[] reduced = reduced(to, node, dims.length);
    if (kind == null
        || reduced == null
        || to.type(src).element() != ElementType.FLOAT
        || to.type(src).elementCount() == 0) {
      return false;
    }
    Order order = to.place(src).order();
    long[] parts = parts(order, dims, reduced);
    if (parts == null) {
      order = innermost(reduced);
      parts = parts(order, dims, reduced);
    }
    if (parts == null) {
      return false;
    }
    long[] kept = dims.clone();
    for (int i = 0; i < kept.length; i++) {
      kept[i] = reduced[i] ? 1 : kept[i];
    }
    Order after = order.reshaped(kept, to.dims(dst));
    if (after == null) {
      return false;
    }
    int from = to.read(src, order);
    int result = to.write(dst, after);
    var primitive = new Reduction(kind, parts[0], parts[1], parts[2], to.threads());
    to.step(node, primitive, "java:reduction", from, result);
    return true;
  }

  private static Order innermost(boolean[] reduced) {
    int[] axes = new int[reduced.length];
    int count = 0;
    for (boolean inner : new boolean[] {false, true}) {
      for (int axis = 0; axis < reduced.length; axis++) {
        if (reduced[axis] == inner) {
          axes[count++] = axis;
        }
      }
    }
    return Order.of(axes);
  }

  private static Reduction.@Nullable Kind kind(Node node) {
    return switch (node.operator()) {
      case "ReduceSum" -> Reduction.Kind.SUM;
      case "ReduceMean" -> Reduction.Kind.MEAN;
      case "ReduceMax" -> Reduction.Kind.MAX;
      case "ReduceMin" -> Reduction.Kind.MIN;
      case "ReduceProd" -> Reduction.Kind.PRODUCT;
      case "ReduceL1" -> Reduction.Kind.L1;
      case "ReduceL2" -> Reduction.Kind.L2;
      case "ReduceSumSquare" -> Reduction.Kind.SUM_OF_SQUARES;
      case "ReduceLogSum" -> Reduction.Kind.LOG_SUM;
      case "ReduceLogSumExp" -> Reduction.Kind.LOG_SUM_EXP;
      default -> null;
    };
  }

  private static boolean @Nullable [] reduced(Lowering to, Node node, int rank) {
    long[] axes = MovementLowering.list(to, node, 1, "axes");
    boolean[] reduced = new boolean[rank];
    if (axes == null || axes.length == 0) {
      if (axes == null && node.hasInput(1)) {
        return null;
      }
      boolean nothing = Attributes.integer(node, "noop_with_empty_axes", 0) != 0;
      Arrays.fill(reduced, !nothing);
      return nothing ? null : reduced;
    }
    for (long axis : axes) {
      reduced[MovementLowering.axis(axis, rank)] = true;
    }
    return reduced;
  }

  /** Returns the sizes of what lies around, in, and inside of the reduced axes, or null. */
  private static long @Nullable [] parts(Order order, long[] dims, boolean[] reduced) {
    long outer = 1;
    long axis = 1;
    long inner = 1;
    int state = 0;
    for (int i = 0; i < dims.length; i++) {
      int each = order.axis(i);
      if (dims[each] == 1) {
        continue;
      }
      if (reduced[each]) {
        if (state == 2) {
          return null;
        }
        state = 1;
        axis *= dims[each];
      } else if (state == 0) {
        outer *= dims[each];
      } else {
        state = 2;
        inner *= dims[each];
      }
    }
    return new long[] {outer, axis, inner};
  }
}
