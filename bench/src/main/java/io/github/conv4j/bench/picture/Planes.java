package io.github.conv4j.bench.picture;

import io.github.conv4j.tensor.Shape;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * A result as a list of equally large planes, which turn into pictures.
 *
 * @param values plane after plane, row after row
 * @param count of planes; of a volume, channels times depth
 * @param height of each
 * @param width of each
 */
public record Planes(float[] values, int count, int height, int width) {
  /** Returns the planes of one sample, given in row-major order. */
  public static Planes of(float[] values, Shape shape) {
    int height = (int) shape.dim(shape.rank() - 2);
    int width = (int) shape.dim(shape.rank() - 1);
    return new Planes(values, values.length / height / width, height, width);
  }

  /** Returns one number. */
  public float at(int plane, int row, int column) {
    return values[(plane * height + row) * width + column];
  }

  /** Returns the magnitude that nearly all numbers of some planes stay below; at least 1. */
  public float range(int from, int planes) {
    float[] magnitudes =
        Arrays.copyOfRange(values, from * height * width, (from + planes) * height * width);
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] = Math.abs(magnitudes[i]);
    }
    Arrays.sort(magnitudes);
    return Math.max(1, magnitudes[(int) (magnitudes.length * 0.985)]);
  }

  /**
   * Returns planes {@code red, green, blue} as a colour picture; {@code white} is full strength.
   */
  public BufferedImage colour(int red, int green, int blue, float white) {
    return image(
        i ->
            level(values[red * height * width + i] / white) << 16
                | level(values[green * height * width + i] / white) << 8
                | level(values[blue * height * width + i] / white));
  }

  /** Returns planes 0, 1, 2 as a colour picture. */
  public BufferedImage colour(float white) {
    return colour(0, 1, 2, white);
  }

  /** Returns one plane in grey; {@code white} is full strength. */
  public BufferedImage grey(int plane, float white) {
    return colour(plane, plane, plane, white);
  }

  /** Returns one plane from black to a colour. */
  public BufferedImage tinted(int plane, Color tint, float full) {
    int offset = plane * height * width;
    return image(
        i -> {
          float strength = Math.clamp(values[offset + i] / full, 0f, 1f);
          return (int) (tint.getRed() * strength) << 16
              | (int) (tint.getGreen() * strength) << 8
              | (int) (tint.getBlue() * strength);
        });
  }

  /** Returns the magnitudes of one plane as dark lines on white. */
  public BufferedImage strength(int plane, float full) {
    int offset = plane * height * width;
    return image(i -> 0x010101 * (255 - level(Math.abs(values[offset + i]) / full)));
  }

  /** Returns one plane with blue below zero, white at zero, orange above. */
  public BufferedImage signed(int plane, float full) {
    int offset = plane * height * width;
    return image(i -> Ink.diverging(values[offset + i] / full).getRGB());
  }

  /** Returns one plane with zero in the middle of grey. */
  public BufferedImage relief(int plane, float full) {
    int offset = plane * height * width;
    return image(i -> 0x010101 * level(0.5f + values[offset + i] / full / 2));
  }

  private BufferedImage image(IntUnaryOperator pixel) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, pixel.applyAsInt(i));
    }
    return image;
  }

  private static int level(float share) {
    return Math.round(Math.clamp(share, 0f, 1f) * 255);
  }
}
