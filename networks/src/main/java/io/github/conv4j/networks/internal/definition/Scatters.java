package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.Arrays;

/** Operators that write elements over, or reduce them into, a copy of a tensor. */
final class Scatters {
  private Scatters() {}

  static void define(OperatorFamily.Registry to) {
    // The older name; deprecated by opset 11, in which it still stands.
    to.add("Scatter", 9, ELEMENTS).inputs(3).attributes("axis");
    to.add("ScatterElements", 11, ELEMENTS).inputs(3).attributes("axis");
    to.add("ScatterElements", 16, ELEMENTS).inputs(3).attributes("axis", "reduction");
    to.add("ScatterND", 11, TUPLES).inputs(3);
    to.add("ScatterND", 16, TUPLES).inputs(3).attributes("reduction");
  }

  private static final Definition ELEMENTS =
      Definition.single(
          call -> {
            Selections.requireBeside(call, 1);
            call.requireSame(0, 2);
            call.requireDims(2, call.dims(1));
            reduction(call);
            return Pointwise.sameType(call);
          },
          (call, type) -> scatter(call, type, Selections.besides(call)));

  private static final Definition TUPLES =
      Definition.single(
          call -> {
            call.requireElement(1, ElementType.INT64);
            call.requireSame(0, 2);
            long[] dims = call.dims(0);
            long[] indices = call.dims(1);
            int depth = Selections.tupleLength(call, 0);
            call.requireDims(
                2,
                Layout.concat(
                    Arrays.copyOf(indices, indices.length - 1),
                    Arrays.copyOfRange(dims, depth, dims.length)));
            reduction(call);
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            int[] starts = Selections.tupleStarts(call, 0);
            int depth = Selections.tupleLength(call, 0);
            int length = Layout.count(type.dims(), depth, type.rank());
            int[] targets = new int[starts.length * length];
            for (int i = 0; i < targets.length; i++) {
              targets[i] = starts[i / length] + i % length;
            }
            return scatter(call, type, targets);
          });

  private static String reduction(NodeCall call) {
    String reduction = call.text("reduction", "none");
    boolean known =
        switch (reduction) {
          case "none", "add", "mul" -> true;
          case "min", "max" -> call.opset() >= 18;
          default -> false;
        };
    call.require(known, "has reduction \"%s\"", reduction);
    return reduction;
  }

  private static Values scatter(NodeCall call, TensorType type, int[] targets) {
    String reduction = reduction(call);
    Values updates = call.value(2);
    if (type.element().isReal()) {
      double[] dst = call.value(0).reals().clone();
      for (int i = 0; i < targets.length; i++) {
        dst[targets[i]] = reduced(reduction, dst[targets[i]], updates.reals()[i]);
      }
      return Values.of(type, dst);
    }
    long[] dst = call.value(0).integers().clone();
    for (int i = 0; i < targets.length; i++) {
      dst[targets[i]] = reduced(type.element(), reduction, dst[targets[i]], updates.integers()[i]);
    }
    return Values.of(type, dst);
  }

  private static double reduced(String reduction, double old, double update) {
    return switch (reduction) {
      case "add" -> old + update;
      case "mul" -> old * update;
      case "min" -> Math.min(old, update);
      case "max" -> Math.max(old, update);
      default -> update;
    };
  }

  private static long reduced(ElementType element, String reduction, long old, long update) {
    return switch (reduction) {
      case "add" -> Numbers.wrap(element, old + update);
      case "mul" -> Numbers.wrap(element, old * update);
      case "min" -> Arithmetic.min(element, old, update);
      case "max" -> Arithmetic.max(element, old, update);
      default -> update;
    };
  }
}
