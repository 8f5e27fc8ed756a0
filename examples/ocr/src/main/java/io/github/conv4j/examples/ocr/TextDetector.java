package io.github.conv4j.examples.ocr;

import java.awt.image.BufferedImage;
import java.util.List;

/** Finds lines of text in a picture. */
final class TextDetector implements AutoCloseable {
  /** Larger pictures are made smaller. */
  private static final int MOST_SIDE = 960;

  /** The network halves its input five times. */
  private static final int MULTIPLE = 32;

  private static final Normalization NORMALIZATION =
      new Normalization(
          1 / 255.0, new double[] {0.485, 0.456, 0.406}, new double[] {0.229, 0.224, 0.225});

  private final PictureNetwork network;

  TextDetector(PictureRunner runner, GivenInputs given) {
    this.network = new PictureNetwork(runner, NORMALIZATION, GivenInputs.Role.DETECTOR, given);
  }

  /** Returns boxes around lines, in the picture's pixels. */
  List<TextBox> find(BufferedImage image) {
    double scale = Math.min(1, (double) MOST_SIDE / Math.max(image.getWidth(), image.getHeight()));
    int width = rounded(image.getWidth() * scale);
    int height = rounded(image.getHeight() * scale);
    int[] levels = Pixels.levels(Pixels.scaled(image, width, height));
    float[] map = network.run(levels, height, width, width).values();
    double horizontal = (double) image.getWidth() / width;
    double vertical = (double) image.getHeight() / height;
    return BoxFinder.find(map, width, height).stream()
        .map(box -> box.scaled(horizontal, vertical))
        .toList();
  }

  private static int rounded(double size) {
    return Math.max(MULTIPLE, (int) Math.round(size / MULTIPLE) * MULTIPLE);
  }

  @Override
  public void close() {
    network.close();
  }
}
