package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.operator.ArgExtremum;
import io.github.conv4j.networks.internal.operator.Choice;
import io.github.conv4j.networks.internal.operator.Lookup;
import io.github.conv4j.networks.internal.operator.TopElements;
import io.github.conv4j.networks.internal.pass.Attributes;

/** What picks elements: by rank, by index, or by a condition. */
final class SelectionLowering {
  private SelectionLowering() {}

  static boolean extremum(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    if (!isFloat(to, src)) {
      return false;
    }
    long[] dims = to.dims(src);
    int axis = MovementLowering.axis(Attributes.integer(node, "axis", 0), dims.length);
    Order order = to.place(src).order();
    Around around = Around.of(order, dims, axis);
    boolean keeps = Attributes.integer(node, "keepdims", 1) != 0;
    int from = to.place(src).value();
    int result = to.write(node.outputs().getFirst(), keeps ? order : order.replaced(axis, 0));
    var primitive =
        new ArgExtremum(
            node.operator().equals("ArgMax") ? ArgExtremum.Kind.MAX : ArgExtremum.Kind.MIN,
            Attributes.integer(node, "select_last_index", 0) != 0,
            around.outer(),
            around.axis(),
            Math.toIntExact(around.inner()),
            to.threads());
    to.step(node, primitive, "java:extremum", from, result);
    return true;
  }

  private static boolean isFloat(Lowering to, String value) {
    return to.type(value).element() == ElementType.FLOAT && to.type(value).elementCount() > 0;
  }

  static boolean top(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    boolean hasBoth = node.outputs().size() == 2 && !node.outputs().contains("");
    if (!hasBoth || !isFloat(to, src) || !isFloat(to, node.outputs().getFirst())) {
      return false;
    }
    long[] dims = to.dims(src);
    int axis = MovementLowering.axis(Attributes.integer(node, "axis", -1), dims.length);
    Order order = to.place(src).order();
    Around around = Around.of(order, dims, axis);
    int from = to.place(src).value();
    int numbers = to.write(node.outputs().get(0), order);
    int places = to.write(node.outputs().get(1), order);
    var primitive =
        new TopElements(
            Attributes.integer(node, "largest", 1) != 0,
            around.outer(),
            Math.toIntExact(around.axis()),
            Math.toIntExact(around.inner()),
            Math.toIntExact(to.dims(node.outputs().getFirst())[axis]),
            to.threads());
    to.step(node, primitive, "java:top", from, numbers, places);
    return true;
  }

  static boolean gather(Lowering to, Node node) {
    String src = node.inputs().get(0);
    String indices = node.inputs().get(1);
    String dst = node.outputs().getFirst();
    int bytes = to.type(src).element().byteSize();
    ElementType index = to.type(indices).element();
    if (bytes % Float.BYTES != 0
        || (index != ElementType.INT64 && index != ElementType.INT32)
        || to.type(src).elementCount() == 0
        || to.type(dst).elementCount() == 0) {
      return false;
    }
    long[] dims = to.dims(src);
    int axis = MovementLowering.axis(Attributes.integer(node, "axis", 0), dims.length);
    requireWithin(to, node, indices, dims[axis]);
    Order order = to.place(src).order();
    Around around = Around.of(order, dims, axis);
    int from = to.place(src).value();
    int which = to.read(indices, Order.rowMajor(to.rank(indices)));
    int result = to.write(dst, order.replaced(axis, to.rank(indices)));
    var primitive =
        new Lookup(
            around.outer(),
            Math.toIntExact(around.axis()),
            Math.toIntExact(Math.multiplyExact(around.inner(), bytes / Float.BYTES)),
            Math.toIntExact(to.type(indices).elementCount()),
            index == ElementType.INT64,
            to.threads());
    to.step(node, primitive, "java:lookup", from, result, which);
    return true;
  }

  /** Constant indices are looked at once, before anything runs. */
  private static void requireWithin(Lowering to, Node node, String indices, long count) {
    Constant constant = to.draft().constant(indices);
    if (constant != null) {
      for (long index : Values.of(constant).integers()) {
        if (index < -count || index >= count) {
          throw new InvalidModelException(
              "%s has index %d of an axis of %d".formatted(node, index, count));
        }
      }
    }
  }

  static boolean where(Lowering to, Node node) {
    String condition = node.inputs().get(0);
    String first = node.inputs().get(1);
    String second = node.inputs().get(2);
    String dst = node.outputs().getFirst();
    int bytes = to.type(first).element().byteSize();
    if (bytes % Float.BYTES != 0 || to.type(dst).elementCount() == 0) {
      return false;
    }
    int rank = to.rank(dst);
    Order order = Order.rowMajor(rank);
    for (String value : node.inputs()) {
      if (to.draft().constant(value) == null && to.draft().hasDims(value, to.dims(dst))) {
        order = to.place(value).order();
      }
    }
    int from = to.read(condition, order.last(to.rank(condition)));
    int one = to.read(first, order.last(to.rank(first)));
    int other = to.read(second, order.last(to.rank(second)));
    int result = to.write(dst, order);
    var primitive =
        new Choice(
            order.inMemory(PointwiseLowering.extended(to.dims(condition), rank)),
            order.inMemory(PointwiseLowering.extended(to.dims(first), rank)),
            order.inMemory(PointwiseLowering.extended(to.dims(second), rank)),
            bytes == Long.BYTES,
            to.threads());
    to.step(node, primitive, "java:choice", from, result, one, other);
    return true;
  }
}
