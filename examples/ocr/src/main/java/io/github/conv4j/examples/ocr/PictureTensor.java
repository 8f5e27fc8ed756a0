package io.github.conv4j.examples.ocr;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import java.awt.image.BufferedImage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A picture as an input of a network: {@code [1, c, h, w]} or {@code [1, h, w, c]}. */
public final class PictureTensor {
  private static final double RED = 0.299;
  private static final double GREEN = 0.587;
  private static final double BLUE = 0.114;

  /** Of a scaled picture, its colours, and their levels. */
  private static final long BYTES_PER_PIXEL = 5L * Integer.BYTES;

  private PictureTensor() {}

  /**
   * Returns a picture, scaled to what an input takes.
   *
   * @param dims of the input; negative for height and width that it leaves open, which are then the
   *     picture's own
   * @throws IllegalArgumentException if the input does not take pictures; says why
   */
  public static Constant of(
      BufferedImage image, ElementType type, long[] dims, Normalization normalization) {
    Frame frame = Frame.of(dims, image.getWidth(), image.getHeight());
    boolean last = frame.last();
    int channels = frame.channels();
    int height = frame.height();
    int width = frame.width();
    int[] levels = Pixels.levels(Pixels.scaled(image, width, height));
    long[] result =
        last ? new long[] {1, height, width, channels} : new long[] {1, channels, height, width};
    int area = height * width;
    float[] values = new float[channels * area];
    for (int i = 0; i < area; i++) {
      for (int c = 0; c < channels; c++) {
        double level = channels == 3 ? levels[3 * i + c] : grey(levels, i);
        int at = last ? channels * i + c : c * area + i;
        values[at] = type == ElementType.UINT8 ? (float) level : normalization.apply(c, level);
      }
    }
    return switch (type) {
      case FLOAT -> Constant.of(values, result);
      case UINT8 -> new Constant(type, result, MemorySegment.ofArray(bytes(values)));
      default ->
          throw new IllegalArgumentException(
              "pictures become FLOAT or UINT8, but the input takes " + type);
    };
  }

  /** What an input takes of a picture. */
  private record Frame(boolean last, int channels, int width, int height) {
    static Frame of(long[] dims, int ownWidth, int ownHeight) {
      if (dims.length != 4 || dims[0] > 1) {
        throw new IllegalArgumentException(
            "a picture is one of four axes, but the input takes " + Arrays.toString(dims));
      }
      boolean last = isColour(dims[3]) && !isColour(dims[1]);
      if (!last && !isColour(dims[1])) {
        throw new IllegalArgumentException(
            "a picture has 1 or 3 channels, as axis 1 or 3, but the input takes "
                + Arrays.toString(dims));
      }
      return new Frame(
          last,
          (int) dims[last ? 3 : 1],
          side(dims[last ? 2 : 3], ownWidth),
          side(dims[last ? 1 : 2], ownHeight));
    }
  }

  /**
   * Returns how many bytes {@link #of} takes at most beside the picture, with a copy of the tensor.
   *
   * @param width of the picture
   * @param height of the picture
   * @throws IllegalArgumentException if the input does not take pictures; says why
   */
  public static long workingByteSize(int width, int height, ElementType type, long[] dims) {
    Frame frame = Frame.of(dims, width, height);
    long tensor = frame.channels() * (long) (Float.BYTES + 2 * type.byteSize());
    return Math.multiplyExact((long) frame.width() * frame.height(), BYTES_PER_PIXEL + tensor);
  }

  private static boolean isColour(long channels) {
    return channels == 1 || channels == 3;
  }

  private static int side(long wanted, int own) {
    return wanted < 0 ? own : Math.toIntExact(wanted);
  }

  private static double grey(int[] levels, int pixel) {
    return RED * levels[3 * pixel] + GREEN * levels[3 * pixel + 1] + BLUE * levels[3 * pixel + 2];
  }

  private static byte[] bytes(float[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(values[i]);
    }
    return bytes;
  }
}
