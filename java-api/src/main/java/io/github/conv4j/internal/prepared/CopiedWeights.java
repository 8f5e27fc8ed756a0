package io.github.conv4j.internal.prepared;

import io.github.conv4j.Convolution;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;

/** Weights as an array in row-major order, with a flipped kernel already turned round. */
public final class CopiedWeights {
  private CopiedWeights() {}

  /** Copies the weights of a description; integers become floats of the same value. */
  public static float[] of(Convolution convolution, Tensor weights) {
    float[] values = floats(weights);
    if (convolution.isKernelFlipped()) {
      Shape shape = convolution.weightsShape();
      int kernelSize = (int) (shape.elementCount() / shape.dim(0) / shape.dim(1));
      for (int from = 0; from < values.length; from += kernelSize) {
        reverse(values, from, from + kernelSize - 1);
      }
    }
    return values;
  }

  private static float[] floats(Tensor weights) {
    if (!weights.spec().dataType().isInteger()) {
      return weights.toFloatArray();
    }
    int[] integers = weights.toIntArray();
    float[] values = new float[integers.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = integers[i];
    }
    return values;
  }

  /** Flipping every spatial axis of a dense kernel is reversing its elements. */
  private static void reverse(float[] values, int first, int last) {
    for (int i = first, j = last; i < j; i++, j--) {
      float swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }
}
