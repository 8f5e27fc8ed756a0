package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** Shapes of definitions that treat every element alike. */
final class Pointwise {
  private Pointwise() {}

  /** A function of two integers of a type; what it gives is wrapped to the type. */
  @FunctionalInterface
  interface IntegerFunction {
    long apply(ElementType type, long a, long b);
  }

  /** A function of an integer of a type; what it gives is wrapped to the type. */
  @FunctionalInterface
  interface IntegerMap {
    long apply(ElementType type, long x);
  }

  /** A relation of two real numbers. */
  @FunctionalInterface
  interface RealRelation {
    boolean holds(double a, double b);
  }

  /** A property of how two integers compare: negative, zero or positive. */
  @FunctionalInterface
  interface OrderRelation {
    boolean holds(int order);
  }

  /** Defines a function of real numbers. */
  static Definition real(DoubleUnaryOperator function) {
    return realWith(call -> function);
  }

  /** Defines a function of real numbers that attributes or further inputs choose. */
  static Definition realWith(Function<NodeCall, DoubleUnaryOperator> chosen) {
    return Definition.single(
        call -> {
          call.requireReal(0);
          // Attributes are checked before anything runs.
          Objects.requireNonNull(chosen.apply(call));
          return sameType(call);
        },
        (call, type) -> Values.of(type, map(call.reals(0), chosen.apply(call))));
  }

  /** Defines a function of real numbers and one of integers. */
  static Definition number(DoubleUnaryOperator real, IntegerMap integer) {
    return Definition.single(
        call -> {
          requireNumber(call, 0);
          return sameType(call);
        },
        (call, type) -> {
          Values src = call.value(0);
          return type.element().isReal()
              ? Values.of(type, map(src.reals(), real))
              : Values.of(type, map(type.element(), src.integers(), integer));
        });
  }

  static TensorType sameType(NodeCall call) {
    return call.result(call.element(0), call.dims(0));
  }

  static void requireNumber(NodeCall call, int input) {
    call.require(
        call.element(input) != ElementType.BOOL,
        "needs numbers as input %d, not %s",
        input,
        call.type(input));
  }

  static double[] map(double[] src, DoubleUnaryOperator function) {
    double[] dst = new double[src.length];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = function.applyAsDouble(src[i]);
    }
    return dst;
  }

  private static long[] map(ElementType type, long[] src, IntegerMap function) {
    long[] dst = new long[src.length];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = Numbers.wrap(type, function.apply(type, src[i]));
    }
    return dst;
  }

  /** Defines a property of real numbers. */
  static Definition property(Function<NodeCall, DoublePredicate> chosen) {
    return Definition.single(
        call -> {
          call.requireReal(0);
          return call.result(ElementType.BOOL, call.dims(0));
        },
        (call, type) -> {
          double[] src = call.reals(0);
          var property = chosen.apply(call);
          long[] dst = new long[src.length];
          for (int i = 0; i < dst.length; i++) {
            dst[i] = property.test(src[i]) ? 1 : 0;
          }
          return Values.of(type, dst);
        });
  }

  /** Defines a function of two numbers of one type, broadcasting. */
  static Definition binary(DoubleBinaryOperator real, IntegerFunction integer) {
    return Definition.single(
        call -> {
          call.requireSame(0, 1);
          requireNumber(call, 0);
          return call.result(call.element(0), pairDims(call));
        },
        (call, type) -> combine(type, Broadcast.pair(call, type.dims()), real, integer));
  }

  /** Applies a function to the elements of two tensors that have the dimensions of the result. */
  static Values combine(
      TensorType type, List<Values> pair, DoubleBinaryOperator real, IntegerFunction integer) {
    if (type.element().isReal()) {
      double[] a = pair.get(0).reals();
      double[] b = pair.get(1).reals();
      double[] dst = new double[a.length];
      for (int i = 0; i < dst.length; i++) {
        dst[i] = real.applyAsDouble(a[i], b[i]);
      }
      return Values.of(type, dst);
    }
    return Values.of(type, combine(type.element(), pair, integer));
  }

  static long[] combine(ElementType element, List<Values> pair, IntegerFunction integer) {
    long[] a = pair.get(0).integers();
    long[] b = pair.get(1).integers();
    long[] dst = new long[a.length];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = Numbers.wrap(element, integer.apply(element, a[i], b[i]));
    }
    return dst;
  }

  /** Defines a function of two integers, broadcasting; of truth values too where told so. */
  static Definition integer(boolean truth, IntegerFunction function) {
    return Definition.single(
        call -> {
          call.requireSame(0, 1);
          if (truth) {
            call.requireElement(0, ElementType.BOOL);
          } else {
            call.requireInteger(0);
          }
          return call.result(call.element(0), pairDims(call));
        },
        (call, type) ->
            Values.of(type, combine(type.element(), Broadcast.pair(call, type.dims()), function)));
  }

  /** Defines a comparison, broadcasting. */
  static Definition relation(RealRelation real, OrderRelation integer) {
    return Definition.single(
        call -> {
          call.requireSame(0, 1);
          return call.result(ElementType.BOOL, pairDims(call));
        },
        (call, type) -> {
          List<Values> pair = Broadcast.pair(call, type.dims());
          ElementType element = call.element(0);
          if (!element.isReal()) {
            return Values.of(
                type,
                combine(
                    ElementType.BOOL,
                    pair,
                    (to, a, b) -> integer.holds(Numbers.compare(element, a, b)) ? 1 : 0));
          }
          double[] a = pair.get(0).reals();
          double[] b = pair.get(1).reals();
          long[] dst = new long[a.length];
          for (int i = 0; i < dst.length; i++) {
            dst[i] = real.holds(a[i], b[i]) ? 1 : 0;
          }
          return Values.of(type, dst);
        });
  }

  static long[] pairDims(NodeCall call) {
    return Broadcast.dims(call, 2);
  }
}
