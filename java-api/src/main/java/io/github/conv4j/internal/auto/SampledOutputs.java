package io.github.conv4j.internal.auto;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.problem.ErrorBound;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The outputs that are compared, all or evenly spread ones, and how far two results may be apart.
 *
 * <p>The sources lie between -1 and 1, so that the magnitude of an output's products is at most the
 * sum of its weights' magnitudes; each result obeys the {@link ErrorBound} of that, and two of them
 * differ by at most twice as much. With {@link Accuracy#RELAXED} a relative L2 distance of twice
 * {@value RELAXED_DISTANCE} is enough.
 */
final class SampledOutputs {
  static final double RELAXED_DISTANCE = 2e-5;
  private static final int MOST_OUTPUTS = 1 << 16;

  /** So many times the mean error is the largest of some ten thousand, with room to spare. */
  private static final double LARGEST_TO_MEAN = 8;

  /** The mean error of fewer may be far from that of all. */
  private static final int FEW = 64;

  private final Accuracy accuracy;
  private final Shape shape;
  private final long[] indices;
  private final long[] offsets;
  private final double[] permitted;

  private SampledOutputs(
      Accuracy accuracy, Shape shape, long[] indices, long[] offsets, double[] permitted) {
    this.accuracy = accuracy;
    this.shape = shape;
    this.indices = indices;
    this.offsets = offsets;
    this.permitted = permitted;
  }

  /**
   * Chooses outputs; the request's layouts are plain or strided.
   *
   * @param weights in row-major order
   */
  static SampledOutputs of(PrepareRequest request, Accuracy accuracy, float[] weights) {
    return of(request, accuracy, weights, MOST_OUTPUTS);
  }

  static SampledOutputs of(PrepareRequest request, Accuracy accuracy, float[] weights, int most) {
    TensorSpec dst = request.dst();
    Shape shape = dst.shape();
    double[] perChannel = permitted(request, weights);
    long total = shape.elementCount();
    int count = (int) Math.min(total, most);
    long[] indices = new long[count];
    long[] offsets = new long[count];
    double[] permitted = new double[count];
    long[] strides = dst.strides();
    for (int i = 0; i < count; i++) {
      indices[i] = i == count - 1 ? total - 1 : i * total / count;
      long[] position = position(shape, indices[i]);
      for (int axis = 0; axis < position.length; axis++) {
        offsets[i] += position[axis] * strides[axis];
      }
      permitted[i] = perChannel[(int) position[1]];
    }
    return new SampledOutputs(accuracy, shape, indices, offsets, permitted);
  }

  private static long[] position(Shape shape, long index) {
    long[] position = new long[shape.rank()];
    long rest = index;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      position[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    return position;
  }

  private static double[] permitted(PrepareRequest request, float[] weights) {
    Convolution c = request.convolution();
    double[] magnitudes = new double[Math.toIntExact(c.outChannels())];
    if (request.bias() != null) {
      float[] bias = request.bias().toFloatArray();
      for (int i = 0; i < bias.length; i++) {
        magnitudes[i] = Math.abs(bias[i]);
      }
    }
    Shape shape = c.weightsShape();
    int kernelSize = (int) (shape.elementCount() / shape.dim(0) / shape.dim(1));
    long outPerGroup = c.outChannels() / c.groups();
    long inPerGroup = c.inChannels() / c.groups();
    for (int row = 0; row < weights.length / kernelSize; row++) {
      long outer = row / shape.dim(1);
      long inner = row % shape.dim(1);
      long channel = c.isTransposed() ? outer / inPerGroup * outPerGroup + inner : outer;
      double sum = 0;
      for (int i = row * kernelSize; i < (row + 1) * kernelSize; i++) {
        sum += Math.abs(weights[i]);
      }
      magnitudes[(int) channel] += sum;
    }
    var bound = ErrorBound.of(Problem.of(c, request.src().shape()));
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] = bound.at(magnitudes[i]);
    }
    return magnitudes;
  }

  int count() {
    return offsets.length;
  }

  /** Returns where the {@code i}-th of the chosen outputs stands: batch, channel, spatial axes. */
  long[] position(int i) {
    return position(shape, indices[i]);
  }

  /** Returns how far the sum of the {@code i}-th may be off. */
  double permitted(int i) {
    return permitted[i];
  }

  /**
   * Returns how far any sum may be off at relaxed accuracy.
   *
   * @param typical the root mean square of some
   */
  static double permittedRelaxed(double typical) {
    return 2 * RELAXED_DISTANCE * LARGEST_TO_MEAN * typical;
  }

  /** Copies the chosen outputs. */
  float[] read(Tensor dst) {
    float[] values = new float[offsets.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = dst.segment().getAtIndex(ValueLayout.JAVA_FLOAT, offsets[i]);
    }
    return values;
  }

  /** Tells whether two results may both be right. */
  boolean agree(float[] a, float[] b) {
    if (firstApart(a, b, 0) < 0) {
      return true;
    }
    return accuracy == Accuracy.RELAXED && distance(a, b) <= 2 * RELAXED_DISTANCE;
  }

  /**
   * Tells whether a result may be right.
   *
   * @param chosen some of the outputs
   * @param expected the right values of those
   * @param areWorst whether those outputs were chosen for their differences
   */
  boolean agreeAt(int[] chosen, float[] expected, float[] result, boolean areWorst) {
    double difference = 0;
    boolean areWithinBounds = true;
    for (int i = 0; i < chosen.length; i++) {
      float value = result[chosen[i]];
      areWithinBounds &= isWithinBounds(value, expected[i], chosen[i]);
      double apart = (double) value - expected[i];
      difference += apart * apart;
    }
    if (areWithinBounds || accuracy == Accuracy.STRICT) {
      return areWithinBounds;
    }
    double meanSquare = 0;
    float[] typical = areWorst ? result : expected;
    for (float value : typical) {
      meanSquare += (double) value * value;
    }
    meanSquare /= typical.length;
    double distance = Math.sqrt(difference / chosen.length / meanSquare);
    boolean mayStandOut = areWorst || chosen.length < FEW;
    return distance <= 2 * RELAXED_DISTANCE * (mayStandOut ? LARGEST_TO_MEAN : 1);
  }

  /** Returns outputs in which two results are further apart than both can be right, or the most. */
  int[] whereApart(float[] a, float[] b, int most) {
    List<Integer> found = new ArrayList<>();
    for (int i = firstApart(a, b, 0); i >= 0 && found.size() < most; i = firstApart(a, b, i + 1)) {
      found.add(i);
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  private int firstApart(float[] a, float[] b, int from) {
    for (int i = from; i < a.length; i++) {
      if (!isWithinBounds(a[i], b[i], i)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isWithinBounds(float a, float b, int i) {
    // Where products may overflow, infinities and what comes of them depend on the order.
    return Float.compare(a, b) == 0
        || Math.abs((double) a - b) <= 2 * permitted[i]
        || 2 * permitted[i] >= Float.MAX_VALUE;
  }

  /** Not a number, which is never small enough, if one result is. */
  private static double distance(float[] a, float[] b) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < a.length; i++) {
      double apart = (double) a[i] - b[i];
      difference += apart * apart;
      size += (double) b[i] * b[i];
    }
    return difference == 0 ? 0 : Math.sqrt(difference / size);
  }
}
