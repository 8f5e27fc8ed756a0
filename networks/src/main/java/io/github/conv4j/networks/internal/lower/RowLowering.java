package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.operator.LayerNormalization;
import io.github.conv4j.networks.internal.operator.MatrixProduct;
import io.github.conv4j.networks.internal.operator.Softmax;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.util.Arrays;

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
    Around around = Around.of(order, dims, axis);
    long count = flattens ? around.axis() * around.inner() : around.axis();
    int from = to.read(src, order);
    int result = to.write(dst, order);
    var primitive =
        new Softmax(
            node.operator().equals("LogSoftmax"),
            around.outer(),
            Math.toIntExact(count),
            flattens ? 1 : Math.toIntExact(around.inner()),
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
            true,
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
    var batch =
        new MatrixProduct.Batch(
            Arrays.copyOf(dims, rank - 2),
            strides(to.dims(a), rank - 2, (long) m * k),
            strides(to.dims(b), rank - 2, (long) k * n));
    int from = to.read(a, Order.rowMajor(aRank));
    int operand = to.read(b, Order.rowMajor(bRank));
    int result = to.write(dst, Order.rowMajor(rank));
    var shape = new MatrixProduct.Shape(m, n, k, false);
    var primitive = new MatrixProduct(shape, batch, 1, 0, false, to.threads());
    to.step(node, primitive, "java:product", from, result, operand);
    return true;
  }

  /** How far apart matrices are along each axis of a batch: not at all where one is repeated. */
  private static long[] strides(long[] dims, int axes, long matrix) {
    long[] strides = new long[axes];
    long step = matrix;
    int shift = axes - (dims.length - 2);
    for (int axis = axes - 1; axis >= shift; axis--) {
      long dim = dims[axis - shift];
      strides[axis] = dim == 1 ? 0 : step;
      step *= dim;
    }
    return strides;
  }
}
