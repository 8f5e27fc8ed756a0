package io.github.conv4j.examples.ocr;

import io.github.conv4j.networks.graph.Constant;

/** A network of one picture of any size, with what its pixels become before. */
final class PictureNetwork implements AutoCloseable {
  private static final int CHANNELS = 3;

  private final PictureRunner runner;
  private final Normalization normalization;

  private final GivenInputs.Role role;
  private final GivenInputs given;

  PictureNetwork(
      PictureRunner runner, Normalization normalization, GivenInputs.Role role, GivenInputs given) {
    this.runner = runner;
    this.normalization = normalization;
    this.role = role;
    this.given = given;
  }

  /**
   * Runs the network.
   *
   * @param levels of the pixels, red, green and blue, as {@link Pixels#levels} gives them
   * @param paddedWidth of what the network is given: zeros behind each row
   */
  PictureRunner.Result run(int[] levels, int height, int width, int paddedWidth) {
    float[] src = new float[CHANNELS * height * paddedWidth];
    for (int c = 0; c < CHANNELS; c++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          // These networks were trained on blue, green and red, in this order.
          int level = levels[CHANNELS * (y * width + x) + CHANNELS - 1 - c];
          src[(c * height + y) * paddedWidth + x] = normalization.apply(c, level);
        }
      }
    }
    long[] dims = {1, CHANNELS, height, paddedWidth};
    given.given(role, Constant.of(src, dims));
    return runner.run(src, dims);
  }

  @Override
  public void close() {
    runner.close();
  }
}
