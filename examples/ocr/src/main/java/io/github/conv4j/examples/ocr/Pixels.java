package io.github.conv4j.examples.ocr;

import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Pictures on their way to a network. */
public final class Pixels {
  /** Of the larger pictures nothing is read. */
  private static final long MOST_PIXELS = 100_000_000;

  /** JPEG, ITU-T T.81, table B.1. */
  private static final byte START_OF_SCAN = (byte) 0xda;

  /** Encoders write about ten. */
  private static final int MOST_SCANS = 100;

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
      return read(in, "'" + file + "'", MOST_PIXELS, Pixels::decoded);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Reads a PNG or JPEG that somebody sent.
   *
   * @param mostPixels larger ones are refused before memory is taken for them
   * @throws IllegalArgumentException if it cannot be read; says why
   */
  public static BufferedImage read(byte[] picture, long mostPixels) {
    return sent(picture, mostPixels, Pixels::decoded);
  }

  /**
   * Returns the size of a PNG or JPEG that somebody sent, which takes no memory for its pixels.
   *
   * @throws IllegalArgumentException if {@link #read(byte[], long)} would not read it; says why
   */
  public static Dimension size(byte[] picture, long mostPixels) {
    return sent(
        picture, mostPixels, reader -> new Dimension(reader.getWidth(0), reader.getHeight(0)));
  }

  private interface Reading<T> {
    T of(ImageReader reader) throws IOException;
  }

  private static BufferedImage decoded(ImageReader reader) throws IOException {
    return opaque(reader.read(0));
  }

  private static <T> T sent(byte[] picture, long mostPixels, Reading<T> reading) {
    boolean isJpeg = beginsWith(picture, 0xff, 0xd8, 0xff);
    if (!isJpeg && !beginsWith(picture, 0x89, 'P', 'N', 'G')) {
      throw new IllegalArgumentException("the picture is neither PNG nor JPEG: save it as one");
    }
    if (isJpeg) {
      requireFewScans(picture);
    }
    // Without the cache of ImageIO, which is a file.
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(picture))) {
      return read(in, "the picture", mostPixels, reading);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the picture: " + e.getMessage(), e);
    }
  }

  private static <T> T read(ImageInputStream in, String name, long mostPixels, Reading<T> reading)
      throws IOException {
    var readers = ImageIO.getImageReaders(in);
    if (!readers.hasNext()) {
      throw new IllegalArgumentException(
          name + " is not a picture in a known format: use PNG, JPEG, GIF or BMP");
    }
    var reader = readers.next();
    try {
      // Without metadata: texts in it may be packed, and unpack to any size.
      reader.setInput(in, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if ((long) width * height > mostPixels) {
        throw new IllegalArgumentException(
            "%s has %d x %d pixels, which is more than %,d"
                .formatted(name, width, height, mostPixels));
      }
      return reading.of(reader);
    } catch (RuntimeException e) {
      throw e instanceof IllegalArgumentException && e.getMessage() != null
          ? e
          : new IllegalArgumentException(name + " is damaged: " + e, e);
    } finally {
      reader.dispose();
    }
  }

  private static boolean beginsWith(byte[] bytes, int... expected) {
    for (int i = 0; i < expected.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** Each scan of a JPEG goes over the whole picture and may take ten bytes of the file. */
  private static void requireFewScans(byte[] picture) {
    int scans = 0;
    for (int i = 0; i + 1 < picture.length; i++) {
      if (picture[i] == (byte) 0xff && picture[i + 1] == START_OF_SCAN) {
        scans++;
      }
    }
    if (scans > MOST_SCANS) {
      throw new IllegalArgumentException(
          "the picture has %d scans, which is more than %d: save it anew"
              .formatted(scans, MOST_SCANS));
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
