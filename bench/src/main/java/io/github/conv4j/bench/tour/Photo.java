package io.github.conv4j.bench.tour;

import io.github.conv4j.bench.picture.Planes;
import io.github.conv4j.bench.picture.Scaling;
import io.github.conv4j.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import javax.imageio.ImageIO;

/** A colour picture whose levels are the integers 0 to 255, so that integer weights sum exactly. */
public final class Photo {
  private static final int LEAST_SIDE = 64;

  private final BufferedImage image;

  private Photo(BufferedImage image) {
    this.image = image;
  }

  /** Returns the photo that ships with conv4j, made smaller if it exceeds the limits. */
  public static Photo shipped(int mostWidth, int mostHeight) {
    try (InputStream in = Photo.class.getResourceAsStream("chelsea.png")) {
      return of(ImageIO.read(Objects.requireNonNull(in)), mostWidth, mostHeight);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a picture, made smaller if it exceeds the limits.
   *
   * @throws IllegalArgumentException if it cannot be read or is too small; says why
   */
  public static Photo read(Path file, int mostWidth, int mostHeight) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("there is no file '%s'".formatted(file));
    }
    try {
      BufferedImage image = ImageIO.read(file.toFile());
      if (image == null) {
        throw new IllegalArgumentException(
            "'%s' is not a picture in a known format: use PNG, JPEG, GIF or BMP".formatted(file));
      }
      return of(image, mostWidth, mostHeight);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Photo of(BufferedImage image, int mostWidth, int mostHeight) {
    BufferedImage fitting = Scaling.fitting(image, mostWidth, mostHeight);
    if (fitting.getWidth() < LEAST_SIDE || fitting.getHeight() < LEAST_SIDE) {
      throw new IllegalArgumentException(
          "a picture needs at least %d x %d pixels, made to fit %d x %d, but has %d x %d"
              .formatted(
                  LEAST_SIDE,
                  LEAST_SIDE,
                  mostWidth,
                  mostHeight,
                  fitting.getWidth(),
                  fitting.getHeight()));
    }
    return new Photo(fitting);
  }

  BufferedImage image() {
    return image;
  }

  int width() {
    return image.getWidth();
  }

  int height() {
    return image.getHeight();
  }

  /** Returns the shape {@code [1, 3, h, w]}. */
  Shape shape() {
    return Shape.of(1, 3, height(), width());
  }

  /** Returns red, green and blue planes, in row-major order of {@link #shape}. */
  float[] values() {
    int plane = width() * height();
    int[] pixels = image.getRGB(0, 0, width(), height(), null, 0, width());
    float[] values = new float[3 * plane];
    for (int i = 0; i < plane; i++) {
      values[i] = pixels[i] >> 16 & 0xff;
      values[plane + i] = pixels[i] >> 8 & 0xff;
      values[2 * plane + i] = pixels[i] & 0xff;
    }
    return values;
  }

  Planes planes() {
    return Planes.of(values(), shape());
  }

  /** Returns a copy no wider and no higher than a share of this. */
  Photo shrunk(double share) {
    int mostWidth = Math.max(1, (int) (width() * share));
    int mostHeight = Math.max(1, (int) (height() * share));
    return new Photo(Scaling.fitting(image, mostWidth, mostHeight));
  }

  /** Returns a part around a point that is given as shares of width and height. */
  Photo part(double centreX, double centreY, int partWidth, int partHeight) {
    int x = Math.clamp((long) (width() * centreX - partWidth / 2.0), 0, width() - partWidth);
    int y = Math.clamp((long) (height() * centreY - partHeight / 2.0), 0, height() - partHeight);
    return new Photo(image.getSubimage(x, y, partWidth, partHeight));
  }

  /** Returns this with left and right exchanged. */
  Photo mirrored() {
    var mirrored = new BufferedImage(width(), height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height(); y++) {
      for (int x = 0; x < width(); x++) {
        mirrored.setRGB(width() - 1 - x, y, image.getRGB(x, y));
      }
    }
    return new Photo(mirrored);
  }
}
