package io.github.conv4j.bench.picture;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** Pictures in other sizes: averaged when made smaller, square pixels when made much larger. */
public final class Scaling {
  private Scaling() {}

  static void draw(Graphics2D g, BufferedImage image, int width, int height) {
    double device = Math.abs(g.getTransform().getScaleX());
    BufferedImage source = image;
    while (source.getWidth() > 2 * width * device && source.getHeight() > 2 * height * device) {
      source = halved(source);
    }
    boolean enlarges = image.getWidth() * 3 / 2 <= width;
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION,
        enlarges
            ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
            : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.drawImage(source, 0, 0, width, height, null);
  }

  /** Returns a copy no larger than both limits; the same picture if it fits already. */
  public static BufferedImage fitting(BufferedImage image, int mostWidth, int mostHeight) {
    double scale =
        Math.min((double) mostWidth / image.getWidth(), (double) mostHeight / image.getHeight());
    if (scale >= 1) {
      return image;
    }
    return scaled(
        image,
        Math.max(1, (int) Math.round(image.getWidth() * scale)),
        Math.max(1, (int) Math.round(image.getHeight() * scale)));
  }

  private static BufferedImage halved(BufferedImage image) {
    return scaled(image, image.getWidth() / 2, image.getHeight() / 2);
  }

  private static BufferedImage scaled(BufferedImage image, int width, int height) {
    BufferedImage source = image;
    if (source.getWidth() > 2 * width && source.getHeight() > 2 * height) {
      source = scaled(source, source.getWidth() / 2, source.getHeight() / 2);
    }
    var result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = result.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.drawImage(source, 0, 0, width, height, null);
    g.dispose();
    return result;
  }
}
