package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers as integers with a scale and a zero point, and products of such numbers.
 *
 * <p>What is rounded to an integer is first rounded to single precision, as engines compute it: in
 * double, numbers halfway between two integers would go another way.
 */
final class Quantizations {
  private Quantizations() {}

  static void define(OperatorFamily.Registry to) {
    to.add("QuantizeLinear", 10, QUANTIZE).inputs(2, 3);
    to.add("QuantizeLinear", 13, QUANTIZE).inputs(2, 3).attributes("axis");
    to.add("QuantizeLinear", 19, QUANTIZE).inputs(2, 3).attributes("axis", "saturate");
    to.add("QuantizeLinear", 21, QUANTIZE)
        .inputs(2, 3)
        .attributes("axis", "block_size", "output_dtype", "saturate");
    to.add("QuantizeLinear", 23, QUANTIZE)
        .inputs(2, 3)
        .attributes("axis", "block_size", "output_dtype", "precision", "saturate");
    to.add("DequantizeLinear", 10, DEQUANTIZE).inputs(2, 3);
    to.add("DequantizeLinear", 13, DEQUANTIZE).inputs(2, 3).attributes("axis");
    to.add("DequantizeLinear", 21, DEQUANTIZE).inputs(2, 3).attributes("axis", "block_size");
    to.add("DequantizeLinear", 23, DEQUANTIZE)
        .inputs(2, 3)
        .attributes("axis", "block_size", "output_dtype");
    to.add("DynamicQuantizeLinear", 11, DYNAMIC).outputs(3);
    to.add("ConvInteger", 10, CONV_INTEGER)
        .inputs(2, 4)
        .attributes(Convolutions.convAttributes())
        .heavy();
    to.add("QLinearConv", 10, QLINEAR_CONV)
        .inputs(8, 9)
        .attributes(Convolutions.convAttributes())
        .heavy();
    to.add("MatMulInteger", 10, MATMUL_INTEGER).inputs(2, 4).heavy();
    to.add("QLinearMatMul", 10, QLINEAR_MATMUL).inputs(8).heavy();
  }

  private static final Definition QUANTIZE =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            call.requireReal(1);
            places(call);
            ElementType element = quantizedElement(call);
            if (call.has(2)) {
              call.requireDims(2, call.dims(1));
              call.requireElement(2, element);
            }
            if (call.hasAttribute("precision") && call.integer("precision") > 1) {
              throw call.unsupported("has precision %d", call.integer("precision"));
            }
            return call.result(element, call.dims(0));
          },
          (call, type) -> {
            int[] places = Layout.offsets(places(call));
            double[] src = call.value(0).asReals();
            double[] scales = call.reals(1);
            long[] zeros = zeros(call, 2, scales.length);
            long[] dst = new long[src.length];
            for (int i = 0; i < dst.length; i++) {
              dst[i] = quantized(type.element(), src[i] / scales[places[i]], zeros[places[i]]);
            }
            return Values.of(type, dst);
          });

  private static ElementType quantizedElement(NodeCall call) {
    boolean told = call.integer("output_dtype", 0) != 0;
    ElementType element =
        told ? call.elementType("output_dtype") : call.has(2) ? call.element(2) : ElementType.UINT8;
    return switch (element) {
      case INT8, UINT8, INT16, UINT16 -> element;
      default -> throw call.unsupported("quantizes to %s", element);
    };
  }

  /**
   * Returns the nearest integer in the range of the type, of two equally near the even one; what is
   * not a number is as near as zero.
   */
  private static long quantized(ElementType element, double scaled, long zero) {
    double nearest = Math.rint(Numbers.round(ElementType.FLOAT, scaled));
    return Numbers.saturate(element, Double.isNaN(nearest) ? zero : nearest + zero);
  }

  private static long[] zeros(NodeCall call, int input, int count) {
    return call.has(input) ? call.value(input).integers() : new long[count];
  }

  /**
   * Returns for each axis which scale belongs to which element: there is one for all, one for each
   * index of an axis, or one for each block of it.
   */
  private static long[][] places(NodeCall call) {
    long[] dims = call.dims(0);
    TensorType scales = call.type(1);
    long[][] places = new long[dims.length][];
    long block = call.integer("block_size", 0);
    call.require(block >= 0, "has block_size %d", block);
    int axis =
        scales.elementCount() == 1 && block == 0
            ? -1
            : call.axis(call.integer("axis", 1), dims.length);
    if (block > 0) {
      long[] blocks = dims.clone();
      blocks[axis] = Math.ceilDiv(dims[axis], block);
      call.requireDims(1, blocks);
    } else if (axis >= 0) {
      call.requireDims(1, dims[axis]);
    }
    long[] strides = Layout.strides(block > 0 ? scales.dims() : Windows.ones(dims.length));
    for (int a = 0; a < dims.length; a++) {
      places[a] = new long[call.type(0).elementCount() == 0 ? 0 : (int) dims[a]];
      boolean own = block > 0 || a == axis;
      long each = a == axis && block > 0 ? block : 1;
      if (own) {
        long stride = strides[a];
        Arrays.setAll(places[a], i -> i / each * stride);
      }
    }
    return places;
  }

  private static final Definition DEQUANTIZE =
      Definition.single(
          call -> {
            call.requireInteger(0);
            call.requireReal(1);
            places(call);
            if (call.has(2)) {
              call.requireDims(2, call.dims(1));
              call.requireSame(0, 2);
            }
            ElementType element =
                call.integer("output_dtype", 0) != 0
                    ? call.elementType("output_dtype")
                    : call.element(1);
            call.require(element.isReal(), "has output_dtype %s", element);
            return call.result(element, call.dims(0));
          },
          (call, type) -> {
            int[] places = Layout.offsets(places(call));
            double[] scales = call.reals(1);
            long[] zeros = zeros(call, 2, scales.length);
            long[] src = call.value(0).integers();
            double[] dst = new double[src.length];
            for (int i = 0; i < dst.length; i++) {
              dst[i] = (src[i] - zeros[places[i]]) * scales[places[i]];
            }
            return Values.of(type, dst);
          });

  private static final Definition DYNAMIC =
      Definition.several(
          call -> {
            call.requireElement(0, ElementType.FLOAT);
            call.require(
                call.type(0).elementCount() > 0, "has nothing to quantize: %s", call.type(0));
            return List.of(
                    call.result(ElementType.UINT8, call.dims(0)),
                    call.result(ElementType.FLOAT),
                    call.result(ElementType.UINT8))
                .subList(0, call.outputCount());
          },
          (call, types) -> {
            double[] src = call.reals(0);
            double least = Math.min(0, Arrays.stream(src).min().orElse(0));
            double most = Math.max(0, Arrays.stream(src).max().orElse(0));
            double spread = Numbers.round(ElementType.FLOAT, (most - least) / 255);
            double scale = spread == 0 ? 1 : spread;
            long zero = quantized(ElementType.UINT8, -least / scale, 0);
            long[] dst = new long[src.length];
            Arrays.setAll(dst, i -> quantized(ElementType.UINT8, src[i] / scale, zero));
            return List.of(
                    Values.of(new TensorType(ElementType.UINT8, call.dims(0)), dst),
                    Values.floats(new double[] {scale}),
                    Values.of(new TensorType(ElementType.UINT8), new long[] {zero}))
                .subList(0, types.size());
          });

  private static void requireBytes(NodeCall call, int input) {
    call.require(
        call.element(input) == ElementType.INT8 || call.element(input) == ElementType.UINT8,
        "needs 8-bit integers as input %d, not %s",
        input,
        call.type(input));
  }

  private static void requireSingle(NodeCall call, int... inputs) {
    for (int input : inputs) {
      if (call.has(input)) {
        call.require(
            call.type(input).elementCount() == 1,
            "needs a single number as input %d, not %s",
            input,
            call.type(input));
      }
    }
  }

  /** Checks zero points, and scales, of which each output channel may have its own. */
  private static void requirePerChannel(NodeCall call, long channels, int... inputs) {
    for (int input : inputs) {
      if (call.has(input)) {
        long count = call.type(input).elementCount();
        call.require(
            count == 1 || (call.rank(input) == 1 && count == channels),
            "needs one number or %d as input %d, not %s",
            channels,
            input,
            call.type(input));
      }
    }
  }

  /** Returns integers less their zero points, of which neighbours share one. */
  private static double[] centered(NodeCall call, int input, int zeroPoint) {
    double[] values = call.value(input).asReals().clone();
    if (call.has(zeroPoint)) {
      call.requireSame(input, zeroPoint);
      long[] zeros = call.value(zeroPoint).integers();
      int shared = zeros.length == 0 ? 1 : values.length / zeros.length;
      for (int i = 0; i < values.length; i++) {
        values[i] -= zeros[i / shared];
      }
    }
    return values;
  }

  private static final Definition CONV_INTEGER =
      Definition.single(
          call -> {
            requireBytes(call, 0);
            requireBytes(call, 1);
            long[] dims = Convolutions.dstDims(call, 1);
            requireSingle(call, 2);
            requirePerChannel(call, dims[1], 3);
            return call.result(ElementType.INT32, dims);
          },
          (call, type) ->
              Reductions.ofType(
                  type,
                  Convolutions.convolve(
                      centered(call, 0, 2),
                      centered(call, 1, 3),
                      type,
                      (int) call.type(1).dim(1),
                      (int) call.integer("group", 1),
                      Convolutions.convWindows(call, 1).lifted())));

  private static final Definition QLINEAR_CONV =
      Definition.single(
          call -> {
            requireBytes(call, 0);
            requireBytes(call, 3);
            requireBytes(call, 7);
            long[] dims = Convolutions.dstDims(call, 3);
            requireSingle(call, 1, 2, 6, 7);
            requirePerChannel(call, dims[1], 4, 5);
            for (int scale : new int[] {1, 4, 6}) {
              call.requireReal(scale);
            }
            if (call.has(8)) {
              call.requireElement(8, ElementType.INT32);
              call.requireDims(8, dims[1]);
            }
            return call.result(call.element(7), dims);
          },
          (call, type) -> {
            double[] sums =
                Convolutions.convolve(
                    centered(call, 0, 2),
                    centered(call, 3, 5),
                    type,
                    (int) call.type(3).dim(1),
                    (int) call.integer("group", 1),
                    Convolutions.convWindows(call, 3).lifted());
            double[] scales = call.reals(4);
            long[] bias = zeros(call, 8, (int) type.dim(1));
            long zero = call.value(7).integers()[0];
            int plane = Layout.count(type.dims(), 2, type.rank());
            long[] dst = new long[sums.length];
            for (int i = 0; i < dst.length; i++) {
              int channel = i / plane % bias.length;
              double scale = scales[scales.length == 1 ? 0 : channel];
              double factor = factor(call.reals(1)[0], scale, call.reals(6)[0]);
              dst[i] = quantized(type.element(), (sums[i] + bias[channel]) * factor, zero);
            }
            return Values.of(type, dst);
          });

  private static double factor(double a, double b, double dst) {
    double product = Numbers.round(ElementType.FLOAT, a * b);
    return Numbers.round(ElementType.FLOAT, product / dst);
  }

  private static final Definition MATMUL_INTEGER =
      Definition.single(
          call -> {
            requireBytes(call, 0);
            requireBytes(call, 1);
            fit(call, 0, 2, true);
            fit(call, 1, 3, false);
            return call.result(ElementType.INT32, Products.Matrices.of(call, 0, 1).dst());
          },
          (call, type) ->
              Reductions.ofType(
                  type,
                  Products.Matrices.of(call, 0, 1)
                      .multiply(
                          centeredMatrix(call, 0, 2, true), centeredMatrix(call, 1, 3, false))));

  private static final Definition QLINEAR_MATMUL =
      Definition.single(
          call -> {
            requireBytes(call, 0);
            requireBytes(call, 3);
            requireBytes(call, 7);
            fit(call, 0, 1, true);
            fit(call, 0, 2, true);
            fit(call, 3, 4, false);
            fit(call, 3, 5, false);
            requireSingle(call, 6, 7);
            for (int scale : new int[] {1, 4, 6}) {
              call.requireReal(scale);
            }
            Products.Matrices matrices = Products.Matrices.of(call, 0, 3);
            call.require(
                Broadcast.fits(rowsOrColumns(call, 0, 1, true), matrices.dst())
                    && Broadcast.fits(rowsOrColumns(call, 3, 4, false), matrices.dst()),
                "has scales %s and %s for a product of %s",
                call.type(1),
                call.type(4),
                Arrays.toString(matrices.dst()));
            return call.result(call.element(7), matrices.dst());
          },
          (call, type) -> {
            double[] sums =
                Products.Matrices.of(call, 0, 3)
                    .multiply(centeredMatrix(call, 0, 2, true), centeredMatrix(call, 3, 5, false));
            double[] a = scales(call, 0, 1, true, type);
            double[] b = scales(call, 3, 4, false, type);
            double dstScale = call.reals(6)[0];
            long zero = call.value(7).integers()[0];
            long[] dst = new long[sums.length];
            Arrays.setAll(
                dst, i -> quantized(type.element(), sums[i] * factor(a[i], b[i], dstScale), zero));
            return Values.of(type, dst);
          });

  private static double[] scales(
      NodeCall call, int matrix, int scale, boolean rows, TensorType type) {
    Values told = call.value(scale).reshaped(rowsOrColumns(call, matrix, scale, rows));
    return Broadcast.stretch(told, type.dims()).reals();
  }

  private static void fit(NodeCall call, int matrix, int parameter, boolean rows) {
    if (call.has(parameter)) {
      call.require(
          Broadcast.fits(rowsOrColumns(call, matrix, parameter, rows), call.dims(matrix)),
          "has %s as input %d for %s",
          call.type(parameter),
          parameter,
          call.type(matrix));
    }
  }

  /** A list of parameters belongs to the rows on the left, and to the columns on the right. */
  private static long[] rowsOrColumns(NodeCall call, int matrix, int parameter, boolean rows) {
    long[] dims = call.dims(parameter);
    boolean single = call.type(parameter).elementCount() == 1;
    if (single) {
      return new long[0];
    }
    return rows && dims.length == 1 && call.rank(matrix) > 1 ? new long[] {dims[0], 1} : dims;
  }

  private static double[] centeredMatrix(NodeCall call, int matrix, int zeroPoint, boolean rows) {
    double[] values = call.value(matrix).asReals().clone();
    if (call.has(zeroPoint)) {
      call.requireSame(matrix, zeroPoint);
      Values told = call.value(zeroPoint).reshaped(rowsOrColumns(call, matrix, zeroPoint, rows));
      long[] zeros = Broadcast.stretch(told, call.dims(matrix)).integers();
      Arrays.setAll(values, i -> values[i] - zeros[i]);
    }
    return values;
  }
}
