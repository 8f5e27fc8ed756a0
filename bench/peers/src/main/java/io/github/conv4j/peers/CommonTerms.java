package io.github.conv4j.peers;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A task in the terms that the other libraries share: padding at least 0, as symmetric as the shape
 * of the result permits; output padding apart; weights that are not flipped.
 *
 * @param rank spatial dimensions
 * @param begin padding before the first element of each axis
 * @param end padding after the last
 * @param outputPadding of a transposed convolution, else 0
 * @param weights in row-major order
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
record CommonTerms(
    int rank,
    boolean transposed,
    long groups,
    long[] kernel,
    long[] stride,
    long[] dilation,
    long[] begin,
    long[] end,
    long[] outputPadding,
    long[] src,
    long[] dst,
    long[] weightsShape,
    float[] weights) {

  /** Returns why the other libraries have no word for a task, or empty if they have. */
  static Optional<String> lack(Task task) {
    if (!task.problem().convolution().postOps().isEmpty()) {
      return Optional.of("post-ops are not compared");
    }
    Convolution c = task.problem().convolution();
    if (c.padding().mode() != PaddingMode.ZEROS) {
      return Optional.of("padding " + c.padding().mode());
    }
    for (Geometry.Axis axis : task.problem().geometry().axes()) {
      long[] padding = padding(axis, c.isTransposed());
      if (padding[0] < 0) {
        return Optional.of("cropped source");
      }
      if (padding[1] >= Math.max(axis.stride(), axis.dilation())) {
        return Optional.of("output padding not below stride or dilation");
      }
    }
    return Optional.empty();
  }

  static CommonTerms of(Task task) {
    Convolution c = task.problem().convolution();
    List<Geometry.Axis> axes = task.problem().geometry().axes();
    int rank = axes.size();
    long[][] each = new long[6][rank];
    for (int i = 0; i < rank; i++) {
      Geometry.Axis axis = axes.get(i);
      long[] padding = padding(axis, c.isTransposed());
      each[0][i] = axis.kernel();
      each[1][i] = axis.stride();
      each[2][i] = axis.dilation();
      each[3][i] = axis.begin();
      each[4][i] = padding[0];
      each[5][i] = padding[1];
    }
    return new CommonTerms(
        rank,
        c.isTransposed(),
        c.groups(),
        each[0],
        each[1],
        each[2],
        each[3],
        each[4],
        each[5],
        dims(task.problem().src()),
        dims(task.problem().dst()),
        dims(c.weightsShape()),
        c.isKernelFlipped() ? flipped(task.weights(), each[0]) : task.weights());
  }

  /** Returns whether the padding is the same at both ends of each axis. */
  boolean isSymmetric() {
    return Arrays.equals(begin, end);
  }

  /** Returns padding at the end (negative: impossible) and output padding. */
  private static long[] padding(Geometry.Axis axis, boolean transposed) {
    if (transposed) {
      long outputPadding = axis.begin() - axis.end();
      boolean fits = outputPadding >= 0 && outputPadding < Math.max(axis.stride(), axis.dilation());
      return fits
          ? new long[] {axis.begin(), outputPadding}
          : new long[] {Math.max(axis.end(), 0), Math.max(-axis.end(), 0)};
    }
    if (outputs(axis, axis.begin()) == axis.dst()) {
      return new long[] {axis.begin(), 0};
    }
    long end = Math.max(axis.end(), 0);
    return new long[] {outputs(axis, end) == axis.dst() ? end : -1, 0};
  }

  private static long outputs(Geometry.Axis axis, long end) {
    return Math.floorDiv(axis.src() + axis.begin() + end - axis.span(), axis.stride()) + 1;
  }

  private static long[] dims(Shape shape) {
    long[] dims = new long[shape.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.dim(i);
    }
    return dims;
  }

  private static float[] flipped(float[] weights, long[] kernel) {
    int taps = 1;
    for (long k : kernel) {
      taps *= (int) k;
    }
    float[] result = new float[weights.length];
    for (int i = 0; i < weights.length; i++) {
      int tap = i % taps;
      result[i - tap + taps - 1 - tap] = weights[i];
    }
    return result;
  }
}
