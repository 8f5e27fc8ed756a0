package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Operators that make one number of all those along some axes. */
final class Reductions {
  private Reductions() {}

  static void define(OperatorFamily.Registry to) {
    add(to, "ReduceSum", 13, reduction(Reductions::sum, Reductions::sum));
    add(to, "ReduceMean", 18, reduction(x -> sum(x) / x.length, Reductions::mean));
    add(to, "ReduceMax", 18, reduction(Reductions::max, Reductions::max));
    add(to, "ReduceMin", 18, reduction(Reductions::min, Reductions::min));
    add(to, "ReduceProd", 18, reduction(Reductions::product, Reductions::product));
    add(to, "ReduceL1", 18, throughReals(x -> sum(mapped(x, Math::abs))));
    add(to, "ReduceL2", 18, throughReals(x -> Math.sqrt(sumSquare(x))));
    add(to, "ReduceSumSquare", 18, throughReals(Reductions::sumSquare));
    add(to, "ReduceLogSum", 18, throughReals(x -> Math.log(sum(x))));
    add(to, "ReduceLogSumExp", 18, throughReals(Reductions::logSumExp));
    defineArg(to, "ArgMax", 1);
    defineArg(to, "ArgMin", -1);
    to.add("CumSum", 11, CUMULATIVE_SUM).inputs(2).attributes("exclusive", "reverse");
  }

  /** Adds a reduction whose axes are an attribute at first and an input later. */
  private static void add(
      OperatorFamily.Registry to, String operator, int axesAsInput, Definition definition) {
    to.add(operator, 1, definition).attributes("axes", "keepdims");
    to.add(operator, axesAsInput, definition)
        .inputs(1, 2)
        .attributes("keepdims", "noop_with_empty_axes");
  }

  /** A function of the real numbers that are reduced. */
  @FunctionalInterface
  private interface OfReals {
    double reduce(double[] values);
  }

  /** A function of the integers that are reduced. */
  @FunctionalInterface
  private interface OfIntegers {
    long reduce(ElementType type, long[] values);
  }

  /**
   * Where the elements of a tensor lie whose axes are parted in two.
   *
   * @param kept the offset of each result's first element
   * @param reduced how far from it each element is that goes into the result
   */
  record Split(int[] kept, int[] reduced) {
    static Split of(long[] dims, int[] axes) {
      int[] others =
          IntStream.range(0, dims.length)
              .filter(axis -> Arrays.stream(axes).noneMatch(reduced -> reduced == axis))
              .toArray();
      int[] sorted = axes.clone();
      Arrays.sort(sorted);
      return new Split(offsets(dims, others), offsets(dims, sorted));
    }

    private static int[] offsets(long[] dims, int[] axes) {
      return Layout.offsets(Layout.pick(dims, axes), Layout.pick(Layout.strides(dims), axes), 0);
    }
  }

  private static Definition throughReals(OfReals function) {
    return reduction(function, null);
  }

  private static Definition reduction(OfReals ofReals, @Nullable OfIntegers ofIntegers) {
    return Definition.single(
        call -> call.result(call.element(0), reducedDims(call, axes(call))),
        (call, type) -> {
          int[] axes = axes(call);
          Values src = call.value(0);
          Split split = Split.of(src.type().dims(), axes);
          if (!type.element().isReal() && ofIntegers != null) {
            return Values.of(type, integers(src, split, ofIntegers));
          }
          return ofType(type, reals(src.asReals(), split, ofReals));
        });
  }

  private static double[] reals(double[] src, Split split, OfReals function) {
    double[] dst = new double[split.kept().length];
    double[] group = new double[split.reduced().length];
    for (int i = 0; i < dst.length; i++) {
      for (int j = 0; j < group.length; j++) {
        group[j] = src[split.kept()[i] + split.reduced()[j]];
      }
      dst[i] = function.reduce(group);
    }
    return dst;
  }

  private static long[] integers(Values values, Split split, OfIntegers function) {
    ElementType element = values.type().element();
    long[] src = values.integers();
    long[] dst = new long[split.kept().length];
    long[] group = new long[split.reduced().length];
    for (int i = 0; i < dst.length; i++) {
      for (int j = 0; j < group.length; j++) {
        group[j] = src[split.kept()[i] + split.reduced()[j]];
      }
      dst[i] = Numbers.wrap(element, function.reduce(element, group));
    }
    return dst;
  }

  /** Returns results as reals, or as integers that are cut off towards zero. */
  static Values ofType(TensorType type, double[] results) {
    if (type.element().isReal()) {
      return Values.of(type, results);
    }
    long[] integers = new long[results.length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = Numbers.toInteger(type.element(), results[i]);
    }
    return Values.of(type, integers);
  }

  private static int[] axes(NodeCall call) {
    int rank = call.rank(0);
    long[] told = call.has(1) ? call.list(1) : call.integers("axes");
    if (told.length == 0 && !keepsAll(call)) {
      return IntStream.range(0, rank).toArray();
    }
    return call.axes(told, rank);
  }

  /** Whether no axes mean that nothing is reduced, not everything. */
  private static boolean keepsAll(NodeCall call) {
    return call.flag("noop_with_empty_axes", false);
  }

  private static long[] reducedDims(NodeCall call, int[] axes) {
    return reducedDims(call.dims(0), axes, call.flag("keepdims", true));
  }

  private static long[] reducedDims(long[] dims, int[] axes, boolean keep) {
    long[] reduced = dims.clone();
    for (int axis : axes) {
      reduced[axis] = keep ? 1 : -1;
    }
    return Arrays.stream(reduced).filter(dim -> dim >= 0).toArray();
  }

  private static double[] mapped(double[] values, DoubleUnaryOperator map) {
    return Pointwise.map(values, map);
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  private static double sumSquare(double[] values) {
    return sum(mapped(values, x -> x * x));
  }

  private static double logSumExp(double[] values) {
    double max = max(values);
    if (Double.isInfinite(max)) {
      return max;
    }
    return max + Math.log(sum(mapped(values, x -> Math.exp(x - max))));
  }

  private static double product(double[] values) {
    double product = 1;
    for (double value : values) {
      product *= value;
    }
    return product;
  }

  private static double max(double[] values) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  private static double min(double[] values) {
    double min = Double.POSITIVE_INFINITY;
    for (double value : values) {
      min = Math.min(min, value);
    }
    return min;
  }

  private static long sum(ElementType type, long[] values) {
    return Arrays.stream(values).sum();
  }

  private static long mean(ElementType type, long[] values) {
    double sum = 0;
    for (long value : values) {
      sum += Numbers.toReal(type, value);
    }
    return Numbers.toInteger(type, sum / values.length);
  }

  private static long product(ElementType type, long[] values) {
    return Arrays.stream(values).reduce(1, (a, b) -> a * b);
  }

  private static long max(ElementType type, long[] values) {
    return Arrays.stream(values).reduce(Numbers.lowest(type), (a, b) -> Arithmetic.max(type, a, b));
  }

  private static long min(ElementType type, long[] values) {
    return Arrays.stream(values)
        .reduce(Numbers.highest(type), (a, b) -> Arithmetic.min(type, a, b));
  }

  /** Defines where the greatest (sign 1) or the least (-1) number of an axis is. */
  private static void defineArg(OperatorFamily.Registry to, String operator, int sign) {
    to.add(operator, 1, arg(sign)).attributes("axis", "keepdims");
    to.add(operator, 12, arg(sign)).attributes("axis", "keepdims", "select_last_index");
  }

  private static Definition arg(int sign) {
    return Definition.single(
        call -> {
          Pointwise.requireNumber(call, 0);
          int axis = argAxis(call);
          call.require(
              call.type(0).dim(axis) > 0, "has %s, whose axis %d is empty", call.type(0), axis);
          return call.result(ElementType.INT64, reducedDims(call, new int[] {axis}));
        },
        (call, type) -> {
          Values src = call.value(0);
          boolean last = call.flag("select_last_index", false);
          Lanes lanes = Lanes.along(src.type().dims(), argAxis(call));
          long[] dst = new long[lanes.outer() * lanes.inner()];
          int next = 0;
          for (int o = 0; o < lanes.outer(); o++) {
            for (int i = 0; i < lanes.inner(); i++) {
              int start = o * lanes.length() * lanes.inner() + i;
              dst[next++] = extreme(src, start, lanes, sign, last);
            }
          }
          return Values.of(type, dst);
        });
  }

  private static int argAxis(NodeCall call) {
    return call.axis(call.integer("axis", 0), call.rank(0));
  }

  private static int extreme(Values src, int start, Lanes lanes, int sign, boolean last) {
    int found = 0;
    for (int k = 1; k < lanes.length(); k++) {
      int order = order(src, start + k * lanes.inner(), start + found * lanes.inner(), sign);
      if (order > 0 || (last && order == 0)) {
        found = k;
      }
    }
    return found;
  }

  /** Says whether an element is more extreme than another; what is not a number is so most. */
  private static int order(Values values, int a, int b, int sign) {
    boolean isNumber =
        !values.type().element().isReal()
            || !(Double.isNaN(values.reals()[a]) || Double.isNaN(values.reals()[b]));
    return isNumber ? sign * compare(values, a, b) : compare(values, a, b);
  }

  /** Compares two elements; 0 and -0 are equal. */
  static int compare(Values values, int a, int b) {
    if (!values.type().element().isReal()) {
      return Numbers.compare(values.type().element(), values.integers()[a], values.integers()[b]);
    }
    double x = values.reals()[a];
    double y = values.reals()[b];
    return x == y ? 0 : Double.compare(x, y);
  }

  private static final Definition CUMULATIVE_SUM =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            int axis = call.axis(call.integerInput(1), type.rank());
            boolean exclusive = call.flag("exclusive", false);
            boolean reverse = call.flag("reverse", false);
            Lanes lanes = Lanes.along(type.dims(), axis);
            Values src = call.value(0);
            double[] reals = new double[type.element().isReal() ? src.size() : 0];
            long[] integers = new long[type.element().isReal() ? 0 : src.size()];
            lanes.each(
                start -> {
                  double sum = 0;
                  long integerSum = 0;
                  for (int k = 0; k < lanes.length(); k++) {
                    int at = start + (reverse ? lanes.length() - 1 - k : k) * lanes.inner();
                    if (type.element().isReal()) {
                      double before = sum;
                      sum += src.reals()[at];
                      reals[at] = exclusive ? before : sum;
                    } else {
                      long before = integerSum;
                      integerSum += src.integers()[at];
                      integers[at] = Numbers.wrap(type.element(), exclusive ? before : integerSum);
                    }
                  }
                });
            return type.element().isReal() ? Values.of(type, reals) : Values.of(type, integers);
          });
}
