package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.tensor.Shape;

/** Hand-made weights, all zero but for the kernels that are put in. */
final class Weights {
  static final float[] SOBEL_X = {-1, 0, 1, -2, 0, 2, -1, 0, 1};
  static final float[] SOBEL_Y = {-1, -2, -1, 0, 0, 0, 1, 2, 1};
  static final float[] EDGES = {-1, -1, -1, -1, 8, -1, -1, -1, -1};
  static final float[] EMBOSS = {-2, -1, 0, -1, 0, 1, 0, 1, 2};
  static final float[] IDENTITY = {0, 0, 0, 0, 1, 0, 0, 0, 0};

  /** Sums to 16. */
  static final float[] BLUR_3 = outer(1, 2, 1);

  /** Sums to 256. */
  static final float[] BLUR_5 = outer(1, 4, 6, 4, 1);

  /** Sums to 4096. */
  static final float[] BLUR_7 = outer(1, 6, 15, 20, 15, 6, 1);

  /** Edges of a middle size: a peak with a ditch around it. */
  static final float[] MEXICAN_HAT = {
    0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, -1, 0, 0, 0,
    0, 0, -1, -2, -1, 0, 0,
    0, -1, -2, 16, -2, -1, 0,
    0, 0, -1, -2, -1, 0, 0,
    0, 0, 0, -1, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0,
  };

  /** A Sobel kernel of 5x5. */
  static final float[] SOBEL_X_5 = product(new float[] {1, 4, 6, 4, 1}, -1, -2, 0, 2, 1);

  static final float[] SOBEL_Y_5 = product(new float[] {-1, -2, 0, 2, 1}, 1, 4, 6, 4, 1);

  private final Shape shape;
  private final float[] values;

  private Weights(Shape shape) {
    this.shape = shape;
    this.values = new float[(int) shape.elementCount()];
  }

  static Weights of(Convolution convolution) {
    return new Weights(convolution.weightsShape());
  }

  /** Puts a kernel where the first two dimensions of the weights are {@code first, second}. */
  Weights put(int first, int second, float... kernel) {
    int taps = (int) (shape.elementCount() / shape.dim(0) / shape.dim(1));
    System.arraycopy(kernel, 0, values, (first * (int) shape.dim(1) + second) * taps, taps);
    return this;
  }

  float[] values() {
    return values;
  }

  /** Returns the square kernel that is the product of a column and a row with the same numbers. */
  static float[] outer(float... factor) {
    return product(factor, factor);
  }

  private static float[] product(float[] column, float... row) {
    float[] kernel = new float[column.length * row.length];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = column[i / row.length] * row[i % row.length];
    }
    return kernel;
  }

  static float[] scaled(float factor, float... kernel) {
    float[] scaled = new float[kernel.length];
    for (int i = 0; i < kernel.length; i++) {
      scaled[i] = factor * kernel[i];
    }
    return scaled;
  }

  /** Returns waves across a direction under a bell; it sums to zero, so that plain areas vanish. */
  static float[] gabor(int size, double direction, double wavelength) {
    float[] kernel = new float[size * size];
    int centre = size / 2;
    for (int i = 0; i < kernel.length; i++) {
      double y = i / size - centre;
      double x = i % size - centre;
      double along = x * Math.cos(direction) + y * Math.sin(direction);
      double bell = Math.exp(-(x * x + y * y) / (2 * centre * centre / 4.0));
      kernel[i] = (float) (bell * Math.sin(2 * Math.PI * along / wavelength));
    }
    return kernel;
  }
}
