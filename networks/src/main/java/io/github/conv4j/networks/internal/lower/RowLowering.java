package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.operator.LayerNormalization;
import io.github.conv4j.networks.internal.operator.MatrixProduct;
import io.github.conv4j.networks.internal.operator.Softmax;
import io.github.conv4j.networks.internal.pass.Attributes;

/** What works along rows: softmax, layer normalization, products of two variable matrices. */
final class RowLowering {
  private RowLowering() {}

  static boolean softmax(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    if (to.type(src).element() != ElementType.FLOAT || to.type(src).elementCount() == 0) {
      return false;
    }
    long[] dims = to.dims(src);
    boolean flattens = to.draft().opset() < 13;
    int axis =
        MovementLowering.axis(Attributes.integer(node, "axis", flattens ? 1 : -1), dims.length);
    Order order = flattens ? Order.rowMajor(dims.length) : to.place(src).order();
    long outer = 1;
    long inner = 1;
    long count = flattens ? 1 : dims[axis];
    int position = order.position(axis);
    for (int i = 0; i < dims.length; i++) {
      long dim = dims[order.axis(i)];
      if (flattens && i >= axis) {
        count *= dim;
      } else if (i < position) {
        outer *= dim;
      } else if (i > position) {
        inner *= dim;
      }
    }
    int from = to.read(src, order);
    int result = to.write(dst, order);
    var primitive =
        new Softmax(
            outer,
            Math.toIntExact(count),
            Math.toIntExact(inner),
            node.operator().equals("LogSoftmax"),
            to.threads());
    to.step(node, primitive, "java:softmax", from, result);
    return true;
  }

  static void layerNormalization(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    int rank = to.rank(src);
    int size = Math.toIntExact(to.dims(src)[rank - 1]);
    Order order = to.place(src).order();
    if (order.axis(rank - 1) != rank - 1) {
      order = Order.rowMajor(rank);
    }
    int from = to.read(src, order);
    int scale = to.place(node.inputs().get(1)).value();
    int bias = to.place(node.inputs().get(2)).value();
    int result = to.write(node.outputs().getFirst(), order);
    var primitive =
        new LayerNormalization(
            to.type(src).elementCount() / size,
            size,
            Attributes.real(node, "epsilon", 1e-5f),
            to.threads());
    to.step(node, primitive, "java:normalization", from, result, scale, bias);
  }

  static boolean product(Lowering to, Node node) {
    String a = node.inputs().get(0);
    String b = node.inputs().get(1);
    String dst = node.outputs().getFirst();
    int aRank = to.rank(a);
    int bRank = to.rank(b);
    if (aRank < 2
        || bRank < 2
        || to.type(a).element() != ElementType.FLOAT
        || to.type(b).element() != ElementType.FLOAT
        || to.type(dst).elementCount() == 0
        || to.type(a).elementCount() == 0) {
      return false;
    }
    long[] dims = to.dims(dst);
    int rank = dims.length;
    int m = Math.toIntExact(dims[rank - 2]);
    int n = Math.toIntExact(dims[rank - 1]);
    int k = Math.toIntExact(to.dims(a)[aRank - 1]);
    int count = Math.toIntExact(to.type(dst).elementCount() / ((long) m * n));
    long[] left = new long[count];
    long[] right = new long[count];
    for (int i = 0; i < count; i++) {
      left[i] = begin(dims, to.dims(a), i, (long) m * k);
      right[i] = begin(dims, to.dims(b), i, (long) k * n);
    }
    int from = to.read(a, Order.rowMajor(aRank));
    int operand = to.read(b, Order.rowMajor(bRank));
    int result = to.write(dst, Order.rowMajor(rank));
    var primitive = new MatrixProduct(m, k, n, left, right, to.threads());
    to.step(node, primitive, "java:product", from, result, operand);
    return true;
  }

  /** Where the matrix begins that takes part in product i: axes of one matrix are repeated. */
  private static long begin(long[] dims, long[] of, int i, long matrix) {
    long at = 0;
    long step = matrix;
    long rest = i;
    int shift = dims.length - of.length;
    for (int axis = dims.length - 3; axis >= 0; axis--) {
      long index = rest % dims[axis];
      rest /= dims[axis];
      if (axis >= shift) {
        at += of[axis - shift] == 1 ? 0 : index * step;
        step *= of[axis - shift];
      }
    }
    return at;
  }
}
