package io.github.conv4j.examples.ocr;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Pictures on their way to a network. */
public final class Pixels {
  /** Of the larger pictures nothing is read. */
  private static final long MOST_PIXELS = 100_000_000;

  private Pixels() {}

  /**
   * Reads a picture.
   *
   * @throws IllegalArgumentException if it cannot be read; says why
   */
  public static BufferedImage read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("there is no file '%s'".formatted(file));
    }
    try (var in = ImageIO.createImageInputStream(file.toFile())) {
      var readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IllegalArgumentException(
            "'%s' is not a picture in a known format: use PNG, JPEG, GIF or BMP".formatted(file));
      }
      var reader = readers.next();
      try {
        reader.setInput(in);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > MOST_PIXELS) {
          throw new IllegalArgumentException(
              "'%s' has %d x %d pixels, which is more than %,d"
                  .formatted(file, width, height, MOST_PIXELS));
        }
        return opaque(reader.read(0));
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  private static BufferedImage opaque(BufferedImage image) {
    return image.getType() == BufferedImage.TYPE_INT_RGB
        ? image
        : scaled(image, image.getWidth(), image.getHeight());
  }

  /** Returns a picture of exactly that size, on white. */
  public static BufferedImage scaled(BufferedImage image, int width, int height) {
    BufferedImage source = image;
    // Bilinear sampling skips pixels where it makes a picture smaller than half.
    while (source.getWidth() >= 2 * width && source.getHeight() >= 2 * height) {
      source = drawn(source, source.getWidth() / 2, source.getHeight() / 2);
    }
    return drawn(source, width, height);
  }

  private static BufferedImage drawn(BufferedImage image, int width, int height) {
    var result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = result.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.setColor(java.awt.Color.WHITE);
    g.fillRect(0, 0, width, height);
    g.drawImage(image, 0, 0, width, height, null);
    g.dispose();
    return result;
  }

  /** Returns the levels of a picture, pixel by pixel, three a pixel: red, green, blue. */
  public static int[] levels(BufferedImage image) {
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    int[] levels = new int[3 * pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      levels[3 * i] = pixels[i] >> 16 & 0xff;
      levels[3 * i + 1] = pixels[i] >> 8 & 0xff;
      levels[3 * i + 2] = pixels[i] & 0xff;
    }
    return levels;
  }
}
