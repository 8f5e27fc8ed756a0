package io.github.conv4j.networks.internal.definition;

import java.util.Arrays;
import java.util.List;

/**
 * Multidirectional broadcasting: dimensions are aligned at the end, and one of 1 stretches.
 *
 * @see <a href="https://onnx.ai/onnx/repo-docs/Broadcasting.html">ONNX broadcasting</a>
 */
final class Broadcast {
  private Broadcast() {}

  /** Returns the dimensions that the first inputs have together. */
  static long[] dims(NodeCall call, int inputs) {
    long[] dims = call.dims(0);
    for (int input = 1; input < inputs; input++) {
      dims = dims(call, dims, call.dims(input));
    }
    return dims;
  }

  /** Returns the dimensions that two tensors have together. */
  static long[] dims(NodeCall call, long[] a, long[] b) {
    int rank = Math.max(a.length, b.length);
    long[] dims = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long of = i <= a.length ? a[a.length - i] : 1;
      long with = i <= b.length ? b[b.length - i] : 1;
      call.require(
          of == with || of == 1 || with == 1,
          "cannot broadcast %s and %s",
          Arrays.toString(a),
          Arrays.toString(b));
      dims[rank - i] = of == 1 ? with : of;
    }
    return dims;
  }

  /** Whether a tensor stretches to dimensions without changing them. */
  static boolean fits(long[] from, long[] to) {
    for (int i = 1; i <= from.length; i++) {
      long dim = from[from.length - i];
      if (i > to.length || (dim != 1 && dim != to[to.length - i])) {
        return false;
      }
    }
    return true;
  }

  /** Returns the first two inputs stretched to dimensions that they fit. */
  static List<Values> pair(NodeCall call, long[] dims) {
    List<Values> given = call.values(2);
    return List.of(stretch(given.get(0), dims), stretch(given.get(1), dims));
  }

  /** Returns values stretched to dimensions that they fit. */
  static Values stretch(Values values, long[] dims) {
    TensorType type = new TensorType(values.type().element(), dims);
    if (type.sameDims(values.type())) {
      return values;
    }
    long[] strides = strides(values.type().dims(), dims);
    return values.picked(type, Layout.offsets(dims, strides, 0));
  }

  /** Returns the strides with which a tensor is read as if it had other dimensions. */
  static long[] strides(long[] from, long[] to) {
    long[] own = Layout.strides(from);
    long[] strides = new long[to.length];
    for (int i = 1; i <= from.length; i++) {
      strides[to.length - i] = from[from.length - i] == 1 ? 0 : own[from.length - i];
    }
    return strides;
  }
}
