package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.Primitive;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NormalizationTest {
  private static final float EPSILON = 1e-5f;

  /** Not around 0: what is taken from the mean of squares would be lost. */
  private static float[] numbers(Random random, int count) {
    float[] numbers = OperatorRun.gaussians(random, count);
    for (int i = 0; i < count; i++) {
      numbers[i] = numbers[i] * 3 + 20;
    }
    return numbers;
  }

  @Test
  void layers() {
    var random = new Random(15);
    for (int[] shape : new int[][] {{1, 1}, {3, 7}, {40, 120}, {1001, 24}, {5, 3000}}) {
      float[] src = numbers(random, shape[0] * shape[1]);
      float[] scale = OperatorRun.gaussians(random, shape[1]);
      float[] bias = OperatorRun.gaussians(random, shape[1]);
      for (boolean addsBias : new boolean[] {false, true}) {
        double[] expected = new double[src.length];
        for (int row = 0; row < shape[0]; row++) {
          int at = row * shape[1];
          double[] moments = moments(src, at, 1, shape[1]);
          for (int i = 0; i < shape[1]; i++) {
            double normal = (src[at + i] - moments[0]) / Math.sqrt(moments[1] + EPSILON);
            expected[at + i] = normal * scale[i] + (addsBias ? bias[i] : 0);
          }
        }
        float[][] operands = addsBias ? new float[][] {scale, bias} : new float[][] {scale};
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive =
              OperatorRun.make(
                  loops, () -> new LayerNormalization(shape[0], shape[1], EPSILON, addsBias, 2));
          float[] dst = OperatorRun.floats(primitive, src.length, src, operands);
          OperatorRun.near(dst, expected, 1e-5, "layer " + shape[0] + "x" + shape[1]);
          assertThat(OperatorRun.inPlace(primitive, src, operands)).isEqualTo(dst);
        }
      }
    }
  }

  /** Returns mean and variance. */
  private static double[] moments(float[] src, int at, int stride, int count) {
    double mean = 0;
    for (int i = 0; i < count; i++) {
      mean += (double) src[at + i * stride] / count;
    }
    double variance = 0;
    for (int i = 0; i < count; i++) {
      double difference = src[at + i * stride] - mean;
      variance += difference * difference / count;
    }
    return new double[] {mean, variance};
  }

  @Test
  void groups() {
    var random = new Random(16);
    int[][] shapes = {
      {1, 1, 1, 1}, {2, 35, 6, 3}, {1, 300, 64, 64}, {2, 49, 150, 5}, {1, 7, 96, 1}
    };
    for (int[] shape : shapes) {
      int batch = shape[0];
      int spatial = shape[1];
      int channels = shape[2];
      int groups = shape[3];
      float[] src = numbers(random, batch * spatial * channels);
      float[] scale = OperatorRun.gaussians(random, channels);
      float[] bias = OperatorRun.gaussians(random, channels);
      double[] expected = new double[src.length];
      for (int group = 0; group < batch * groups; group++) {
        normalizeGroup(group, shape, src, scale, bias, expected);
      }
      for (Loops loops : OperatorRun.loops()) {
        Primitive primitive =
            OperatorRun.make(
                loops, () -> new GroupNormalization(batch, spatial, channels, groups, EPSILON, 2));
        float[] dst = OperatorRun.floats(primitive, src.length, src, scale, bias);
        OperatorRun.near(dst, expected, 3e-5, "groups " + spatial + " " + channels);
        assertThat(OperatorRun.inPlace(primitive, src, scale, bias)).isEqualTo(dst);
      }
    }
  }

  private static void normalizeGroup(
      int index, int[] shape, float[] src, float[] scale, float[] bias, double[] expected) {
    int spatial = shape[1];
    int channels = shape[2];
    int size = channels / shape[3];
    int at = index / shape[3] * spatial * channels + index % shape[3] * size;
    double mean = 0;
    for (int i = 0; i < spatial * size; i++) {
      mean += (double) src[at + i / size * channels + i % size] / (spatial * size);
    }
    double variance = 0;
    for (int i = 0; i < spatial * size; i++) {
      double difference = src[at + i / size * channels + i % size] - mean;
      variance += difference * difference / (spatial * size);
    }
    for (int i = 0; i < spatial * size; i++) {
      int element = at + i / size * channels + i % size;
      int channel = element % channels;
      double normal = (src[element] - mean) / Math.sqrt(variance + EPSILON);
      expected[element] = normal * scale[channel] + bias[channel];
    }
  }

  @Test
  void localResponse() {
    var random = new Random(17);
    for (int channels : new int[] {1, 5, 64, 97}) {
      for (int size : new int[] {1, 2, 5}) {
        int pixels = 13;
        float[] src = OperatorRun.gaussians(random, (long) pixels * channels);
        double[] expected = new double[src.length];
        for (int i = 0; i < src.length; i++) {
          double sum = 0;
          int first = i % channels - (size - 1) / 2;
          for (int c = Math.max(0, first); c < Math.min(channels, first + size); c++) {
            double x = src[i / channels * channels + c];
            sum += x * x;
          }
          expected[i] = src[i] / Math.pow(1.5 + 0.3 / size * sum, 0.75);
        }
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive =
              OperatorRun.make(
                  loops,
                  () ->
                      new LocalResponseNormalization(pixels, channels, size, 0.3f, 0.75f, 1.5f, 2));
          float[] dst = OperatorRun.floats(primitive, src.length, src);
          OperatorRun.near(dst, expected, 2e-6, "channels " + channels + " size " + size);
          assertThat(OperatorRun.inPlace(primitive, src)).isEqualTo(dst);
        }
      }
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new LayerNormalization(0, 3, EPSILON, false, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GroupNormalization(1, 4, 10, 3, EPSILON, 1))
        .hasMessageContainingAll("10", "3");
    assertThatThrownBy(() -> new LocalResponseNormalization(1, 4, 0, 1, 1, 1, 1))
        .hasMessageContaining("size");
  }
}
