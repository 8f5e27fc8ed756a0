package io.github.conv4j;

import io.github.conv4j.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The definition, written a second time in another way and without the geometry of the main code: a
 * convolution pads into a larger array and slides over that; a transposed one scatters into a
 * larger array and cuts. Slow, in double, row-major.
 */
final class Oracle {
  private final Convolution c;
  private final int channels;
  private final int batch;
  private final int[] size = {1, 1, 1};
  private final int[] kernel = {1, 1, 1};
  private final int[] stride = {1, 1, 1};
  private final int[] dilation = {1, 1, 1};
  private final int[] begin = {0, 0, 0};
  private final int[] end = {0, 0, 0};

  private Oracle(Convolution c, Shape src) {
    this.c = c;
    batch = (int) src.dim(0);
    channels = (int) src.dim(1);
    for (int axis = 0; axis < c.spatialRank(); axis++) {
      int at = 3 - c.spatialRank() + axis;
      size[at] = (int) src.dim(axis + 2);
      kernel[at] = (int) c.kernel(axis);
      stride[at] = (int) c.stride(axis);
      dilation[at] = (int) c.dilation(axis);
      begin[at] = (int) c.padding().begin(axis);
      end[at] = (int) (c.padding().end(axis) - c.outputPadding(axis));
    }
  }

  /** Returns the result for explicit padding. */
  static double[] run(
      Convolution c, Shape src, float[] x, float[] weights, float @Nullable [] bias) {
    var oracle = new Oracle(c, src);
    return c.isTransposed() ? oracle.scatter(x, weights, bias) : oracle.slide(x, weights, bias);
  }

  private double[] slide(float[] x, float[] weights, float @Nullable [] bias) {
    int outChannels = (int) c.outChannels();
    int inPerGroup = channels / (int) c.groups();
    int outPerGroup = outChannels / (int) c.groups();
    int[] padded = new int[3];
    int[] dst = new int[3];
    for (int i = 0; i < 3; i++) {
      padded[i] = size[i] + begin[i] + end[i];
      for (int at = 0; at + dilation[i] * (kernel[i] - 1) < padded[i]; at += stride[i]) {
        dst[i]++;
      }
    }
    double[] y = new double[batch * outChannels * dst[0] * dst[1] * dst[2]];
    for (int n = 0; n < batch; n++) {
      double[][][][] image = new double[channels][][][];
      for (int ch = 0; ch < channels; ch++) {
        image[ch] = pad(x, (n * channels + ch) * size[0] * size[1] * size[2], padded);
      }
      for (int i = 0; i < outChannels * dst[0] * dst[1] * dst[2]; i++) {
        int w = i % dst[2];
        int h = i / dst[2] % dst[1];
        int d = i / dst[2] / dst[1] % dst[0];
        int oc = i / dst[2] / dst[1] / dst[0];
        double sum = bias == null ? 0 : bias[oc];
        for (int ic = 0; ic < inPerGroup; ic++) {
          double[][][] plane = image[oc / outPerGroup * inPerGroup + ic];
          for (int kd = 0; kd < kernel[0]; kd++) {
            for (int kh = 0; kh < kernel[1]; kh++) {
              for (int kw = 0; kw < kernel[2]; kw++) {
                sum +=
                    plane[d * stride[0] + kd * dilation[0]][h * stride[1] + kh * dilation[1]][
                            w * stride[2] + kw * dilation[2]]
                        * weights[(oc * inPerGroup + ic) * volume(kernel) + tap(kd, kh, kw)];
              }
            }
          }
        }
        y[n * outChannels * volume(dst) + i] = sum;
      }
    }
    return y;
  }

  private double[][][] pad(float[] x, int from, int[] padded) {
    double[][][] result = new double[padded[0]][padded[1]][padded[2]];
    for (int d = 0; d < padded[0]; d++) {
      for (int h = 0; h < padded[1]; h++) {
        for (int w = 0; w < padded[2]; w++) {
          int sd = standsFor(d - begin[0], size[0]);
          int sh = standsFor(h - begin[1], size[1]);
          int sw = standsFor(w - begin[2], size[2]);
          if (sd >= 0 && sh >= 0 && sw >= 0) {
            result[d][h][w] = x[from + (sd * size[1] + sh) * size[2] + sw];
          }
        }
      }
    }
    return result;
  }

  /** Walks one step at a time from the edge; -1 is zero. */
  private int standsFor(int position, int length) {
    if (position >= 0 && position < length) {
      return position;
    }
    int beyond = position < 0 ? -position : position - length + 1;
    int index = position < 0 ? 0 : length - 1;
    int inwards = position < 0 ? 1 : -1;
    return switch (c.padding().mode()) {
      case ZEROS -> -1;
      case REPLICATE -> index;
      case REFLECT -> index + inwards * beyond;
      case CIRCULAR -> position < 0 ? length - beyond : beyond - 1;
    };
  }

  private double[] scatter(float[] x, float[] weights, float @Nullable [] bias) {
    int outChannels = (int) c.outChannels();
    int inPerGroup = channels / (int) c.groups();
    int outPerGroup = outChannels / (int) c.groups();
    int[] full = new int[3];
    int[] dst = new int[3];
    for (int i = 0; i < 3; i++) {
      int span = dilation[i] * (kernel[i] - 1) + 1;
      dst[i] = (size[i] - 1) * stride[i] + span - begin[i] - end[i];
      full[i] = Math.max((size[i] - 1) * stride[i] + span, begin[i] + dst[i]);
    }
    double[] y = new double[batch * outChannels * volume(dst)];
    for (int n = 0; n < batch; n++) {
      for (int oc = 0; oc < outChannels; oc++) {
        double[][][] canvas = new double[full[0]][full[1]][full[2]];
        int group = oc / outPerGroup;
        for (int ic = group * inPerGroup; ic < (group + 1) * inPerGroup; ic++) {
          int weightsFrom = (ic * outPerGroup + oc % outPerGroup) * volume(kernel);
          stamp(canvas, x, (n * channels + ic) * volume(size), weights, weightsFrom);
        }
        for (int i = 0; i < volume(dst); i++) {
          int d = begin[0] + i / dst[2] / dst[1];
          int h = begin[1] + i / dst[2] % dst[1];
          int w = begin[2] + i % dst[2];
          y[(n * outChannels + oc) * volume(dst) + i] =
              canvas[d][h][w] + (bias == null ? 0 : bias[oc]);
        }
      }
    }
    return y;
  }

  private void stamp(double[][][] canvas, float[] x, int xFrom, float[] weights, int weightsFrom) {
    for (int i = 0; i < volume(size); i++) {
      int d = i / size[2] / size[1] * stride[0];
      int h = i / size[2] % size[1] * stride[1];
      int w = i % size[2] * stride[2];
      for (int kd = 0; kd < kernel[0]; kd++) {
        for (int kh = 0; kh < kernel[1]; kh++) {
          for (int kw = 0; kw < kernel[2]; kw++) {
            canvas[d + kd * dilation[0]][h + kh * dilation[1]][w + kw * dilation[2]] +=
                (double) x[xFrom + i] * weights[weightsFrom + tap(kd, kh, kw)];
          }
        }
      }
    }
  }

  private int tap(int kd, int kh, int kw) {
    if (c.isKernelFlipped()) {
      return tapAt(kernel[0] - 1 - kd, kernel[1] - 1 - kh, kernel[2] - 1 - kw);
    }
    return tapAt(kd, kh, kw);
  }

  private int tapAt(int kd, int kh, int kw) {
    return (kd * kernel[1] + kh) * kernel[2] + kw;
  }

  private static int volume(int[] sizes) {
    return sizes[0] * sizes[1] * sizes[2];
  }
}
