package io.github.conv4j.examples.ocr;

import java.awt.image.BufferedImage;

/** Reads the text of a line. */
final class LineReader implements AutoCloseable {
  private static final int HEIGHT = 48;

  /** Shorter lines were not trained. */
  private static final int LEAST_WIDTH = 320;

  private static final int MOST_WIDTH = 3200;

  /** Widths are rounded up, so that few shapes are prepared. */
  private static final int MULTIPLE = 32;

  private final PictureNetwork network;
  private final Alphabet alphabet;

  LineReader(PictureRunner runner, Alphabet alphabet, GivenInputs given) {
    this.network =
        new PictureNetwork(
            runner, AngleClassifier.FROM_MINUS_ONE, GivenInputs.Role.RECOGNIZER, given);
    this.alphabet = alphabet;
  }

  Alphabet.Reading read(BufferedImage line) {
    int width = (int) Math.ceil((double) HEIGHT * line.getWidth() / line.getHeight());
    int fitting = Math.clamp(width, 1, MOST_WIDTH);
    int padded = Math.max(LEAST_WIDTH, Math.ceilDiv(fitting, MULTIPLE) * MULTIPLE);
    int[] levels = Pixels.levels(Pixels.scaled(line, fitting, HEIGHT));
    PictureRunner.Result result = network.run(levels, HEIGHT, fitting, padded);
    if (result.dims().getLast() != alphabet.size()) {
      throw new IllegalStateException(
          "the network tells %d characters apart, but %d are named"
              .formatted(result.dims().getLast(), alphabet.size()));
    }
    return alphabet.decode(result.values());
  }

  @Override
  public void close() {
    network.close();
  }
}
