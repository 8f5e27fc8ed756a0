package io.github.conv4j.examples.ocr;

import java.awt.image.BufferedImage;

/** Tells lines that stand on their heads. */
final class AngleClassifier implements AutoCloseable {
  static final Normalization FROM_MINUS_ONE =
      new Normalization(1 / 255.0, new double[] {0.5}, new double[] {0.5});

  private static final int HEIGHT = 48;
  private static final int WIDTH = 192;
  private static final double THRESHOLD = 0.9;

  private final PictureNetwork network;

  AngleClassifier(PictureRunner runner, GivenInputs given) {
    this.network = new PictureNetwork(runner, FROM_MINUS_ONE, GivenInputs.Role.CLASSIFIER, given);
  }

  /** Returns a line as it is, or turned around. */
  BufferedImage upright(BufferedImage line) {
    int width = (int) Math.ceil((double) HEIGHT * line.getWidth() / line.getHeight());
    int fitting = Math.clamp(width, 1, WIDTH);
    int[] levels = Pixels.levels(Pixels.scaled(line, fitting, HEIGHT));
    float[] likely = network.run(levels, HEIGHT, fitting, WIDTH).values();
    return likely[1] > THRESHOLD ? LineImage.turnedAround(line) : line;
  }

  @Override
  public void close() {
    network.close();
  }
}
