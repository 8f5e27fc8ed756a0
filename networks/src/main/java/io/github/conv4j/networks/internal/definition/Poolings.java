package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/** Operators that make one number of each window, channel by channel. */
final class Poolings {
  private Poolings() {}

  static void define(OperatorFamily.Registry to) {
    to.add("MaxPool", 1, MAX).attributes("auto_pad", "kernel_shape", "pads", "strides").heavy();
    to.add("MaxPool", 8, MAX)
        .outputs(2)
        .attributes("auto_pad", "kernel_shape", "pads", "storage_order", "strides")
        .heavy();
    to.add("MaxPool", 10, MAX)
        .outputs(2)
        .attributes(
            "auto_pad",
            "ceil_mode",
            "dilations",
            "kernel_shape",
            "pads",
            "storage_order",
            "strides")
        .heavy();
    to.add("AveragePool", 1, AVERAGE)
        .attributes("auto_pad", "kernel_shape", "pads", "strides")
        .heavy();
    to.add("AveragePool", 7, AVERAGE)
        .attributes("auto_pad", "count_include_pad", "kernel_shape", "pads", "strides")
        .heavy();
    to.add("AveragePool", 10, AVERAGE)
        .attributes("auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides")
        .heavy();
    to.add("AveragePool", 19, AVERAGE)
        .attributes(
            "auto_pad",
            "ceil_mode",
            "count_include_pad",
            "dilations",
            "kernel_shape",
            "pads",
            "strides")
        .heavy();
    to.add("LpPool", 2, LP).attributes("auto_pad", "kernel_shape", "p", "pads", "strides").heavy();
    to.add("LpPool", 18, LP)
        .attributes("auto_pad", "ceil_mode", "dilations", "kernel_shape", "p", "pads", "strides")
        .heavy();
    to.add("GlobalMaxPool", 1, global(Poolings::max));
    to.add("GlobalAveragePool", 1, global(Poolings::mean));
    to.add("GlobalLpPool", 2, global((call, x) -> norm(x, power(call)))).attributes("p");
  }

  private static Windows windows(NodeCall call) {
    int rank = call.rank(0);
    call.require(rank >= 3, "needs at least 3 dimensions, not %s", call.type(0));
    if (rank > 5) {
      throw call.unsupported("has %d spatial axes, at most 3 are supported", rank - 2);
    }
    call.require(call.hasAttribute("kernel_shape"), "has no attribute kernel_shape");
    return Windows.of(
        call,
        call.integers("kernel_shape"),
        call.flag("ceil_mode", false) ? Windows.Rounding.CEIL : Windows.Rounding.FLOOR);
  }

  private static TensorType infer(NodeCall call) {
    Windows windows = windows(call);
    TensorType src = call.type(0);
    return call.result(
        src.element(), Layout.concat(new long[] {src.dim(0), src.dim(1)}, windows.dst()));
  }

  /**
   * What one window sees.
   *
   * @param seen offsets of elements in a plane of the source
   * @param padded how many elements of the kernel lie in the source or its padding
   */
  private record View(int[] seen, double padded) {
    /** Looks through window {@code (od, oh, ow)}. */
    static View of(Windows windows, long... window) {
      int[][] along = new int[3][];
      double padded = 1;
      for (int axis = 0; axis < 3; axis++) {
        long stride = windows.strides()[axis];
        long dilation = windows.dilations()[axis];
        long start = window[axis] * stride - windows.before()[axis];
        Windows.Meeting inside =
            Windows.Meeting.of(windows.kernel()[axis], windows.src()[axis], dilation, start);
        along[axis] = new int[inside.end() - inside.first()];
        for (int k = inside.first(); k < inside.end(); k++) {
          along[axis][k - inside.first()] = (int) (start + k * dilation);
        }
        // A last window of ceil_mode may reach beyond the padding: that counts nowhere.
        long end = windows.src()[axis] + windows.after()[axis];
        padded *= Math.min(windows.kernel()[axis], Math.ceilDiv(end - start, dilation));
      }
      return new View(offsets(windows, along), padded);
    }

    private static int[] offsets(Windows windows, int[][] along) {
      int[] offsets = new int[along[0].length * along[1].length * along[2].length];
      int next = 0;
      for (int d : along[0]) {
        for (int h : along[1]) {
          for (int w : along[2]) {
            offsets[next++] = (int) ((d * windows.src()[1] + h) * windows.src()[2] + w);
          }
        }
      }
      return offsets;
    }

    double[] of(double[] src, int start) {
      double[] values = new double[seen.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = src[start + seen[i]];
      }
      return values;
    }
  }

  /** What is done with what a window sees of a plane. */
  @FunctionalInterface
  private interface Visitor {
    void visit(View view, int srcStart, int dst);
  }

  /** Visits every window, and through it every channel, so that one view is held at a time. */
  private static void slide(TensorType type, Windows windows, Visitor visitor) {
    int srcPlane = Layout.count(windows.src());
    int dstPlane = Layout.count(windows.dst());
    int planes = Layout.count(type.dim(0), type.dim(1));
    int window = 0;
    for (int od = 0; od < windows.dst()[0]; od++) {
      for (int oh = 0; oh < windows.dst()[1]; oh++) {
        for (int ow = 0; ow < windows.dst()[2]; ow++) {
          View view = View.of(windows, od, oh, ow);
          for (int plane = 0; plane < planes; plane++) {
            visitor.visit(view, plane * srcPlane, plane * dstPlane + window);
          }
          window++;
        }
      }
    }
  }

  /** What becomes of the numbers that a window sees. */
  @FunctionalInterface
  private interface WindowFunction {
    double apply(double[] seen, double padded);
  }

  private static double[] slide(
      double[] src, TensorType type, Windows windows, WindowFunction function) {
    double[] dst = new double[(int) type.elementCount()];
    slide(
        type,
        windows,
        (view, start, to) -> dst[to] = function.apply(view.of(src, start), view.padded()));
    return dst;
  }

  private static double max(double[] values) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  private static double mean(double[] values) {
    return sum(values) / values.length;
  }

  private static double norm(double[] values, double p) {
    return Math.pow(sum(Pointwise.map(values, x -> Math.pow(Math.abs(x), p))), 1 / p);
  }

  private static double power(NodeCall call) {
    long p = call.integer("p", 2);
    call.require(p > 0, "has p %d, which must be at least 1", p);
    return p;
  }

  private static final Definition AVERAGE =
      Definition.single(
          call -> {
            call.requireReal(0);
            return infer(call);
          },
          (call, type) -> {
            boolean withPadding = call.flag("count_include_pad", false);
            return Values.of(
                type,
                slide(
                    call.reals(0),
                    type,
                    windows(call).lifted(),
                    (seen, padded) -> sum(seen) / (withPadding ? padded : seen.length)));
          });

  private static final Definition LP =
      Definition.single(
          call -> {
            call.requireReal(0);
            power(call);
            return infer(call);
          },
          (call, type) -> {
            double p = power(call);
            return Values.of(
                type,
                slide(
                    call.reals(0), type, windows(call).lifted(), (seen, padded) -> norm(seen, p)));
          });

  private static final Definition MAX =
      Definition.several(
          call -> {
            Pointwise.requireNumber(call, 0);
            call.flag("storage_order", false);
            List<TensorType> types = new ArrayList<>();
            types.add(infer(call));
            if (call.outputCount() > 1) {
              types.add(types.getFirst().of(ElementType.INT64));
            }
            return types;
          },
          (call, types) -> {
            TensorType type = types.getFirst();
            Windows windows = windows(call).lifted();
            double[] src = call.value(0).asReals();
            List<Values> results = new ArrayList<>();
            results.add(
                Reductions.ofType(type, slide(src, type, windows, (seen, padded) -> max(seen))));
            if (types.size() > 1) {
              long[] indices = indices(src, type, windows, call.flag("storage_order", false));
              results.add(Values.of(types.get(1), indices));
            }
            return results;
          });

  /** Returns where in the whole source the greatest element of each window is. */
  private static long[] indices(
      double[] src, TensorType type, Windows windows, boolean columnMajor) {
    long[] indices = new long[(int) type.elementCount()];
    slide(
        type,
        windows,
        (view, start, to) -> {
          int found = -1;
          for (int offset : view.seen()) {
            if (found < 0 || src[start + offset] > src[start + found]) {
              found = offset;
            }
          }
          indices[to] = start + (columnMajor ? columnMajor(windows, found) : found);
        });
    return indices;
  }

  private static long columnMajor(Windows windows, int offset) {
    long d = windows.src()[0];
    long h = windows.src()[1];
    long w = windows.src()[2];
    return offset / (h * w) + d * (offset / w % h + h * (offset % w));
  }

  private static Definition global(ToDoubleFunction<double[]> function) {
    return global((call, values) -> function.applyAsDouble(values));
  }

  private static Definition global(ToDoubleBiFunction<NodeCall, double[]> function) {
    return Definition.single(
        call -> {
          call.requireReal(0);
          call.require(call.rank(0) >= 2, "needs at least 2 dimensions, not %s", call.type(0));
          long[] dims = call.dims(0);
          Arrays.fill(dims, 2, dims.length, 1);
          return call.result(call.element(0), dims);
        },
        (call, type) -> {
          double[] src = call.reals(0);
          double[] dst = new double[(int) type.elementCount()];
          int plane = Layout.count(call.dims(0), 2, type.rank());
          for (int i = 0; i < dst.length; i++) {
            double[] channel = Arrays.copyOfRange(src, i * plane, (i + 1) * plane);
            dst[i] = function.applyAsDouble(call, channel);
          }
          return Values.of(type, dst);
        });
  }
}
