package io.github.conv4j.examples.ocr;

import java.awt.image.BufferedImage;

/** Cuts lines out of a picture and turns them level. */
final class LineImage {
  /** Higher boxes hold text that runs from top to bottom. */
  private static final double UPRIGHT = 1.5;

  private LineImage() {}

  static BufferedImage cut(BufferedImage image, TextBox box) {
    int width = Math.max(1, (int) Math.round(box.width()));
    int height = Math.max(1, (int) Math.round(box.height()));
    Point corner = box.corners().getFirst();
    var line = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        Point at = corner.plus(box.along(), x).plus(box.across(), y);
        line.setRGB(x, y, sample(image, at.x(), at.y()));
      }
    }
    return height >= UPRIGHT * width ? turnedLeft(line) : line;
  }

  /** Between the four nearest pixels; beyond the border lie the pixels of the border. */
  private static int sample(BufferedImage image, double x, double y) {
    double left = Math.clamp(x, 0, image.getWidth() - 1);
    double top = Math.clamp(y, 0, image.getHeight() - 1);
    int x0 = (int) left;
    int y0 = (int) top;
    int x1 = Math.min(x0 + 1, image.getWidth() - 1);
    int y1 = Math.min(y0 + 1, image.getHeight() - 1);
    double dx = left - x0;
    double dy = top - y0;
    int result = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      double upper =
          mixed(level(image.getRGB(x0, y0), shift), level(image.getRGB(x1, y0), shift), dx);
      double lower =
          mixed(level(image.getRGB(x0, y1), shift), level(image.getRGB(x1, y1), shift), dx);
      result |= (int) Math.round(mixed(upper, lower, dy)) << shift;
    }
    return result;
  }

  private static int level(int pixel, int shift) {
    return pixel >> shift & 0xff;
  }

  private static double mixed(double from, double to, double share) {
    return from + share * (to - from);
  }

  private static BufferedImage turnedLeft(BufferedImage image) {
    var turned = new BufferedImage(image.getHeight(), image.getWidth(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        turned.setRGB(y, image.getWidth() - 1 - x, image.getRGB(x, y));
      }
    }
    return turned;
  }

  /** Returns a picture upside down. */
  static BufferedImage turnedAround(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    var turned = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        turned.setRGB(width - 1 - x, height - 1 - y, image.getRGB(x, y));
      }
    }
    return turned;
  }
}
