package io.github.conv4j.internal.auto;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.ErrorBound;
import io.github.conv4j.validation.Problem;
import java.lang.foreign.ValueLayout;

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

  private final Accuracy accuracy;
  private final long[] offsets;
  private final double[] permitted;

  private SampledOutputs(Accuracy accuracy, long[] offsets, double[] permitted) {
    this.accuracy = accuracy;
    this.offsets = offsets;
    this.permitted = permitted;
  }

  /** Chooses outputs; the request's layouts are plain or strided. */
  static SampledOutputs of(PrepareRequest request, Accuracy accuracy) {
    return of(request, accuracy, MOST_OUTPUTS);
  }

  static SampledOutputs of(PrepareRequest request, Accuracy accuracy, int most) {
    TensorSpec dst = request.dst();
    Shape shape = dst.shape();
    double[] perChannel = permitted(request);
    long total = shape.elementCount();
    int count = (int) Math.min(total, most);
    long[] offsets = new long[count];
    double[] permitted = new double[count];
    long[] strides = dst.strides();
    for (int i = 0; i < count; i++) {
      long rest = i == count - 1 ? total - 1 : i * total / count;
      long offset = 0;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        long position = rest % shape.dim(axis);
        rest /= shape.dim(axis);
        offset += position * strides[axis];
        if (axis == 1) {
          permitted[i] = perChannel[(int) position];
        }
      }
      offsets[i] = offset;
    }
    return new SampledOutputs(accuracy, offsets, permitted);
  }

  private static double[] permitted(PrepareRequest request) {
    Convolution c = request.convolution();
    double[] magnitudes = new double[Math.toIntExact(c.outChannels())];
    if (request.bias() != null) {
      float[] bias = request.bias().toFloatArray();
      for (int i = 0; i < bias.length; i++) {
        magnitudes[i] = Math.abs(bias[i]);
      }
    }
    float[] weights = CopiedWeights.of(c, request.weights());
    Shape shape = c.weightsShape();
    long kernelSize = shape.elementCount() / shape.dim(0) / shape.dim(1);
    long outPerGroup = c.outChannels() / c.groups();
    long inPerGroup = c.inChannels() / c.groups();
    for (int i = 0; i < weights.length; i++) {
      long outer = i / kernelSize / shape.dim(1);
      long inner = i / kernelSize % shape.dim(1);
      long channel = c.isTransposed() ? outer / inPerGroup * outPerGroup + inner : outer;
      magnitudes[(int) channel] += Math.abs(weights[i]);
    }
    var bound = ErrorBound.of(Problem.of(c, request.src().shape()));
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] = bound.at(magnitudes[i]);
    }
    return magnitudes;
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
    return isWithinBounds(a, b)
        || (accuracy == Accuracy.RELAXED && distance(a, b) <= 2 * RELAXED_DISTANCE);
  }

  private boolean isWithinBounds(float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      boolean same = Float.compare(a[i], b[i]) == 0;
      boolean close = Math.abs((double) a[i] - b[i]) <= 2 * permitted[i];
      // Where products may overflow, infinities and what comes of them depend on the order.
      if (!same && !close && 2 * permitted[i] < Float.MAX_VALUE) {
        return false;
      }
    }
    return true;
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
