package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.Arrays;

/** Operators that make tensors of shapes, of a few numbers, or of nothing. */
final class Generators {
  private Generators() {}

  static void define(OperatorFamily.Registry to) {
    to.add("Constant", 1, CONSTANT).inputs(0).attributes("value");
    to.add("Constant", 11, CONSTANT).inputs(0).attributes("sparse_value", "value");
    to.add("Constant", 12, CONSTANT)
        .inputs(0)
        .attributes(
            "sparse_value",
            "value",
            "value_float",
            "value_floats",
            "value_int",
            "value_ints",
            "value_string",
            "value_strings");
    to.add("ConstantOfShape", 9, CONSTANT_OF_SHAPE).attributes("value");
    to.add("Range", 11, RANGE).inputs(3);
    to.add("EyeLike", 9, EYE_LIKE).attributes("dtype", "k");
    to.add("OneHot", 9, ONE_HOT).inputs(3).attributes("axis");
  }

  private static final Definition CONSTANT =
      Definition.single(
          call -> {
            call.require(
                call.node().attributes().size() == 1,
                "has %d attributes, not one value",
                call.node().attributes().size());
            return constant(call).type();
          },
          (call, type) -> constant(call));

  private static Values constant(NodeCall call) {
    String kind = call.node().attributes().keySet().iterator().next();
    return switch (kind) {
      case "value" -> call.tensorValues(kind);
      case "value_float" -> Values.floats(new double[] {call.real(kind, 0)});
      case "value_floats" -> Values.floats(call.reals(kind), call.reals(kind).length);
      case "value_int" -> Values.scalar(call.integer(kind));
      case "value_ints" -> Values.list(call.integers(kind));
      default -> throw call.unsupported("has a %s, which is not supported", kind);
    };
  }

  private static final Definition CONSTANT_OF_SHAPE =
      Definition.single(
          call -> {
            call.requireElement(0, ElementType.INT64);
            for (long dim : call.list(0)) {
              call.require(dim >= 0, "asks for a dimension of %d", dim);
            }
            return call.result(fill(call).type().element(), call.list(0));
          },
          (call, type) -> filled(type, fill(call)));

  private static Values filled(TensorType type, Values fill) {
    if (type.element().isReal()) {
      double[] dst = new double[(int) type.elementCount()];
      Arrays.fill(dst, fill.reals()[0]);
      return Values.of(type, dst);
    }
    long[] dst = new long[(int) type.elementCount()];
    Arrays.fill(dst, fill.integers()[0]);
    return Values.of(type, dst);
  }

  private static Values fill(NodeCall call) {
    if (!call.hasAttribute("value")) {
      return Values.floats(new double[1], 1);
    }
    Values value = call.tensorValues("value");
    call.require(value.size() == 1, "has value %s, not one element", value.type());
    return value;
  }

  private static final Definition RANGE =
      Definition.single(
          call -> {
            for (int input = 0; input < 3; input++) {
              Pointwise.requireNumber(call, input);
              call.requireSame(0, input);
              call.require(
                  call.type(input).elementCount() == 1,
                  "needs a single number as input %d, not %s",
                  input,
                  call.type(input));
            }
            return call.result(call.element(0), rangeLength(call));
          },
          (call, type) -> {
            int count = (int) type.elementCount();
            if (type.element().isReal()) {
              double start = call.reals(0)[0];
              double delta = call.reals(2)[0];
              double[] dst = new double[count];
              Arrays.setAll(dst, i -> start + i * delta);
              return Values.of(type, dst);
            }
            long start = call.value(0).integers()[0];
            long delta = call.value(2).integers()[0];
            long[] dst = new long[count];
            Arrays.setAll(dst, i -> start + i * delta);
            return Values.of(type, dst);
          });

  private static long rangeLength(NodeCall call) {
    if (call.element(0).isReal()) {
      double delta = call.reals(2)[0];
      call.require(delta != 0, "has a delta of 0");
      double steps = Math.ceil((call.reals(1)[0] - call.reals(0)[0]) / delta);
      call.require(!Double.isNaN(steps), "has a range without a length");
      return (long) Math.max(0, steps);
    }
    long delta = call.value(2).integers()[0];
    call.require(delta != 0, "has a delta of 0");
    long length = Math.subtractExact(call.value(1).integers()[0], call.value(0).integers()[0]);
    return Math.max(0, Math.ceilDivExact(length, delta));
  }

  private static final Definition EYE_LIKE =
      Definition.single(
          call -> {
            call.requireRank(0, 2);
            ElementType element =
                call.hasAttribute("dtype") ? call.elementType("dtype") : call.element(0);
            return call.result(element, call.dims(0));
          },
          (call, type) -> {
            double[] dst = new double[(int) type.elementCount()];
            long diagonal = call.integer("k", 0);
            for (long row = 0; row < type.dim(0); row++) {
              long column = row + diagonal;
              if (column >= 0 && column < type.dim(1)) {
                dst[(int) (row * type.dim(1) + column)] = 1;
              }
            }
            return Reductions.ofType(type, dst);
          });

  private static final Definition ONE_HOT =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            call.requireDims(2, 2);
            long depth = depth(call);
            call.require(depth > 0, "has depth %d, which must be at least 1", depth);
            int axis = call.axis(call.integer("axis", -1), call.rank(0) + 1);
            long[] src = call.dims(0);
            long[] dims = Layout.concat(Arrays.copyOf(src, axis), depth);
            return call.result(
                call.element(2), Layout.concat(dims, Arrays.copyOfRange(src, axis, src.length)));
          },
          (call, type) -> {
            int axis = call.axis(call.integer("axis", -1), type.rank());
            long depth = type.dim(axis);
            int inner = Layout.count(type.dims(), axis + 1, type.rank());
            double[] indices = call.value(0).asReals();
            int[] sources = new int[(int) type.elementCount()];
            for (int i = 0; i < indices.length; i++) {
              double index = indices[i] < 0 ? indices[i] + depth : indices[i];
              if (index >= 0 && index < depth) {
                long hot = (i / inner * depth + (long) index) * inner + i % inner;
                sources[(int) hot] = 1;
              }
            }
            return call.value(2).picked(type, sources);
          });

  private static long depth(NodeCall call) {
    Pointwise.requireNumber(call, 1);
    call.require(call.type(1).elementCount() == 1, "needs a single depth, not %s", call.type(1));
    return (long) call.value(1).asReals()[0];
  }
}
