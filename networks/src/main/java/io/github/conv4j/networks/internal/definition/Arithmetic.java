package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;

/** Numbers and truth values, element by element, with broadcasting. */
final class Arithmetic {
  private Arithmetic() {}

  static void define(OperatorFamily.Registry to) {
    defineUnary(to);
    defineBinary(to);
    defineRelations(to);
    defineVariadic(to);
    to.add("Where", 9, WHERE).inputs(3);
  }

  private static void defineUnary(OperatorFamily.Registry to) {
    to.add("Abs", 6, Pointwise.number(Math::abs, Arithmetic::abs));
    to.add("Neg", 6, Pointwise.number(x -> -x, (type, x) -> -x));
    to.add("Sign", 9, Pointwise.number(Math::signum, (type, x) -> Numbers.compare(type, x, 0)));
    to.add("Reciprocal", 6, Pointwise.real(x -> 1 / x));
    to.add("Sqrt", 6, Pointwise.real(Math::sqrt));
    to.add("Exp", 6, Pointwise.real(Math::exp));
    to.add("Log", 6, Pointwise.real(Math::log));
    to.add("Erf", 9, Pointwise.real(Special::erf));
    to.add("Floor", 6, Pointwise.real(Math::floor));
    to.add("Ceil", 6, Pointwise.real(Math::ceil));
    to.add("Round", 11, Pointwise.real(Math::rint));
    to.add("Sin", 7, Pointwise.real(Math::sin));
    to.add("Cos", 7, Pointwise.real(Math::cos));
    to.add("Tan", 7, Pointwise.real(Math::tan));
    to.add("Asin", 7, Pointwise.real(Math::asin));
    to.add("Acos", 7, Pointwise.real(Math::acos));
    to.add("Atan", 7, Pointwise.real(Math::atan));
    to.add("Sinh", 9, Pointwise.real(Math::sinh));
    to.add("Cosh", 9, Pointwise.real(Math::cosh));
    to.add("Asinh", 9, Pointwise.real(Special::asinh));
    to.add("Acosh", 9, Pointwise.real(Special::acosh));
    to.add("Atanh", 9, Pointwise.real(Special::atanh));
    to.add("IsNaN", 9, Pointwise.property(call -> Double::isNaN));
    to.add("IsInf", 10, Pointwise.property(Arithmetic::isInfinite))
        .attributes("detect_negative", "detect_positive");
    to.add("BitwiseNot", 18, BITWISE_NOT);
    to.add(
        "Not",
        1,
        Definition.single(
            call -> {
              call.requireElement(0, ElementType.BOOL);
              return Pointwise.sameType(call);
            },
            (call, type) -> {
              long[] dst = call.value(0).integers().clone();
              for (int i = 0; i < dst.length; i++) {
                dst[i] = 1 - dst[i];
              }
              return Values.of(type, dst);
            }));
  }

  private static DoublePredicate isInfinite(NodeCall call) {
    boolean negative = call.flag("detect_negative", true);
    boolean positive = call.flag("detect_positive", true);
    return x -> Double.isInfinite(x) && (x < 0 ? negative : positive);
  }

  private static void defineBinary(OperatorFamily.Registry to) {
    to.add("Add", 7, Pointwise.binary(Double::sum, (type, a, b) -> a + b)).inputs(2);
    to.add("Sub", 7, Pointwise.binary((a, b) -> a - b, (type, a, b) -> a - b)).inputs(2);
    to.add("Mul", 7, Pointwise.binary((a, b) -> a * b, (type, a, b) -> a * b)).inputs(2);
    to.add("Div", 7, DIV).inputs(2);
    to.add("Pow", 7, POW).inputs(2);
    to.add("Mod", 10, MOD).inputs(2).attributes("fmod");
    to.add("And", 7, Pointwise.integer(true, (type, a, b) -> a & b)).inputs(2);
    to.add("Or", 7, Pointwise.integer(true, (type, a, b) -> a | b)).inputs(2);
    to.add("Xor", 7, Pointwise.integer(true, (type, a, b) -> a ^ b)).inputs(2);
    to.add("BitShift", 11, BIT_SHIFT).inputs(2).attributes("direction");
    to.add("BitwiseAnd", 18, Pointwise.integer(false, (type, a, b) -> a & b)).inputs(2);
    to.add("BitwiseOr", 18, Pointwise.integer(false, (type, a, b) -> a | b)).inputs(2);
    to.add("BitwiseXor", 18, Pointwise.integer(false, (type, a, b) -> a ^ b)).inputs(2);
  }

  private static void defineRelations(OperatorFamily.Registry to) {
    to.add("Equal", 7, Pointwise.relation((a, b) -> a == b, order -> order == 0)).inputs(2);
    to.add("Less", 7, Pointwise.relation((a, b) -> a < b, order -> order < 0)).inputs(2);
    to.add("Greater", 7, Pointwise.relation((a, b) -> a > b, order -> order > 0)).inputs(2);
    to.add("LessOrEqual", 12, Pointwise.relation((a, b) -> a <= b, order -> order <= 0)).inputs(2);
    to.add("GreaterOrEqual", 12, Pointwise.relation((a, b) -> a >= b, order -> order >= 0))
        .inputs(2);
  }

  private static void defineVariadic(OperatorFamily.Registry to) {
    to.add("Min", 6, variadic(Math::min, Arithmetic::min)).inputs(1, OperatorVersion.MANY);
    to.add("Max", 6, variadic(Math::max, Arithmetic::max)).inputs(1, OperatorVersion.MANY);
    to.add("Sum", 6, variadic(Double::sum, (type, a, b) -> a + b)).inputs(1, OperatorVersion.MANY);
    to.add("Mean", 6, MEAN).inputs(1, OperatorVersion.MANY);
  }

  private static long abs(ElementType type, long x) {
    return Numbers.compare(type, x, 0) < 0 ? -x : x;
  }

  static long min(ElementType type, long a, long b) {
    return Numbers.compare(type, a, b) <= 0 ? a : b;
  }

  static long max(ElementType type, long a, long b) {
    return Numbers.compare(type, a, b) >= 0 ? a : b;
  }

  private static final Definition DIV =
      Definition.single(
          call -> {
            call.requireSame(0, 1);
            Pointwise.requireNumber(call, 0);
            return call.result(call.element(0), Pointwise.pairDims(call));
          },
          (call, type) -> {
            if (type.element().isInteger()) {
              requireNonZero(call);
            }
            return Pointwise.binary((a, b) -> a / b, Arithmetic::quotient)
                .compute(call, List.of(type))
                .getFirst();
          });

  private static long quotient(ElementType type, long a, long b) {
    return type == ElementType.UINT64 ? Long.divideUnsigned(a, b) : a / b;
  }

  private static void requireNonZero(NodeCall call) {
    for (long divisor : call.value(1).integers()) {
      call.require(divisor != 0, "divides an integer by zero");
    }
  }

  private static final Definition MOD =
      Definition.single(
          call -> {
            call.requireSame(0, 1);
            Pointwise.requireNumber(call, 0);
            call.require(
                call.flag("fmod", false) || call.element(0).isInteger(),
                "needs fmod 1 for %s",
                call.type(0));
            return call.result(call.element(0), Pointwise.pairDims(call));
          },
          (call, type) -> {
            if (type.element().isInteger()) {
              requireNonZero(call);
            }
            boolean truncated = call.flag("fmod", false);
            return Pointwise.binary(
                    (a, b) -> a % b,
                    (element, a, b) ->
                        element == ElementType.UINT64
                            ? Long.remainderUnsigned(a, b)
                            : truncated ? a % b : Math.floorMod(a, b))
                .compute(call, List.of(type))
                .getFirst();
          });

  private static final Definition BIT_SHIFT =
      Definition.single(
          call -> {
            call.requireSame(0, 1);
            call.require(
                call.element(0).isInteger() && Numbers.lowest(call.element(0)) == 0,
                "needs unsigned integers, not %s",
                call.type(0));
            shiftsLeft(call);
            return call.result(call.element(0), Pointwise.pairDims(call));
          },
          (call, type) -> {
            boolean left = shiftsLeft(call);
            return Pointwise.integer(false, (element, a, b) -> shifted(a, b, left))
                .compute(call, List.of(type))
                .getFirst();
          });

  private static boolean shiftsLeft(NodeCall call) {
    String direction = call.text("direction");
    return switch (direction) {
      case "LEFT" -> true;
      case "RIGHT" -> false;
      default -> throw call.invalid("has direction \"%s\"", direction);
    };
  }

  private static long shifted(long value, long by, boolean left) {
    if (by < 0 || by >= Long.SIZE) {
      return 0;
    }
    return left ? value << by : value >>> by;
  }

  private static final Definition BITWISE_NOT =
      Definition.single(
          call -> {
            call.requireInteger(0);
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            long[] dst = call.value(0).integers().clone();
            for (int i = 0; i < dst.length; i++) {
              dst[i] = Numbers.wrap(type.element(), ~dst[i]);
            }
            return Values.of(type, dst);
          });

  private static final Definition POW =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            Pointwise.requireNumber(call, 1);
            return call.result(call.element(0), Pointwise.pairDims(call));
          },
          (call, type) -> {
            if (type.element().isReal() || call.element(1).isReal()) {
              return realPower(call, type);
            }
            return Pointwise.integer(false, Arithmetic::power)
                .compute(call, List.of(type))
                .getFirst();
          });

  private static Values realPower(NodeCall call, TensorType type) {
    List<Values> pair = Broadcast.pair(call, type.dims());
    double[] a = pair.get(0).asReals();
    double[] b = pair.get(1).asReals();
    double[] dst = new double[a.length];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = Math.pow(a[i], b[i]);
    }
    return Reductions.ofType(type, dst);
  }

  /** Raises by squaring, modulo 2^64; a negative exponent truncates the fraction to an integer. */
  private static long power(ElementType type, long base, long exponent) {
    if (exponent < 0) {
      return Numbers.toInteger(type, Math.pow((double) base, (double) exponent));
    }
    long power = 1;
    long square = base;
    for (long rest = exponent; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        power *= square;
      }
      square *= square;
    }
    return power;
  }

  private static Definition variadic(DoubleBinaryOperator real, Pointwise.IntegerFunction integer) {
    return Definition.single(
        Arithmetic::commonType, (call, type) -> fold(call, type, real, integer));
  }

  private static TensorType commonType(NodeCall call) {
    Pointwise.requireNumber(call, 0);
    for (int input = 1; input < call.inputCount(); input++) {
      call.requireSame(0, input);
    }
    return call.result(call.element(0), Broadcast.dims(call, call.inputCount()));
  }

  private static Values fold(
      NodeCall call,
      TensorType type,
      DoubleBinaryOperator real,
      Pointwise.IntegerFunction integer) {
    List<Values> terms = call.values(call.inputCount());
    Values folded = Broadcast.stretch(terms.getFirst(), type.dims());
    for (Values next : terms.subList(1, terms.size())) {
      List<Values> pair = List.of(folded, Broadcast.stretch(next, type.dims()));
      folded = Pointwise.combine(type, pair, real, integer);
    }
    return folded;
  }

  private static final Definition MEAN =
      Definition.single(
          call -> {
            call.requireReal(0);
            return commonType(call);
          },
          (call, type) -> {
            int count = call.inputCount();
            Values sum = fold(call, type, Double::sum, (element, a, b) -> a + b);
            return Values.of(type, Pointwise.map(sum.reals(), x -> x / count));
          });

  private static final Definition WHERE =
      Definition.single(
          call -> {
            call.requireElement(0, ElementType.BOOL);
            call.requireSame(1, 2);
            return call.result(call.element(1), Broadcast.dims(call, 3));
          },
          (call, type) -> {
            List<Values> given = call.values(3);
            long[] condition = Broadcast.stretch(given.get(0), type.dims()).integers();
            Values yes = Broadcast.stretch(given.get(1), type.dims());
            Values no = Broadcast.stretch(given.get(2), type.dims());
            if (type.element().isReal()) {
              double[] dst = new double[condition.length];
              for (int i = 0; i < dst.length; i++) {
                dst[i] = condition[i] != 0 ? yes.reals()[i] : no.reals()[i];
              }
              return Values.of(type, dst);
            }
            long[] dst = new long[condition.length];
            for (int i = 0; i < dst.length; i++) {
              dst[i] = condition[i] != 0 ? yes.integers()[i] : no.integers()[i];
            }
            return Values.of(type, dst);
          });
}
