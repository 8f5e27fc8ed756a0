package io.github.conv4j.validation;

import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Tensors of every type from and to arrays. */
final class TypedValues {
  private static final byte BITS_OF_NAN = -1;
  private static final byte SOME_BYTE = 0x5a;

  private TypedValues() {}

  /** Returns a tensor of values, which its type holds. */
  static Tensor tensor(TensorSpec spec, float[] values, Arena arena) {
    if (!spec.dataType().isInteger()) {
      return Tensor.ofFloats(spec, values, arena);
    }
    int[] integers = new int[values.length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = (int) values[i];
    }
    return Tensor.ofInts(spec, integers, arena);
  }

  /** Fills a tensor with what no run leaves there. */
  static void spoil(Tensor tensor) {
    tensor.segment().fill(tensor.spec().dataType().isInteger() ? SOME_BYTE : BITS_OF_NAN);
  }

  /** Returns the values in row-major order. */
  static double[] of(Tensor tensor) {
    if (tensor.spec().dataType().isInteger()) {
      return Arrays.stream(tensor.toIntArray()).asDoubleStream().toArray();
    }
    float[] floats = tensor.toFloatArray();
    double[] values = new double[floats.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  /** Returns a value as its type writes it. */
  static String text(double value) {
    return value == (float) value || Double.isNaN(value)
        ? Float.toString((float) value)
        : Double.toString(value);
  }
}
