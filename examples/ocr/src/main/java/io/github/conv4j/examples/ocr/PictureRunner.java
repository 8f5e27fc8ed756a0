package io.github.conv4j.examples.ocr;

import java.util.List;

/** Runs one network of one picture of any size. Any number of threads may at once. */
public interface PictureRunner extends AutoCloseable {
  /**
   * What a network gives for one picture: its first output.
   *
   * @param values in row-major order
   * @param dims its dimensions
   */
  record Result(float[] values, List<Long> dims) {}

  /**
   * Runs the network.
   *
   * @param src its only input, in row-major order
   * @param dims {@code [1, 3, h, w]}
   */
  Result run(float[] src, long[] dims);

  /** Waits for runs, and refuses later ones. */
  @Override
  void close();
}
