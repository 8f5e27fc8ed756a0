package io.github.conv4j.examples.ocr;

import java.nio.file.Path;

/** Another library that runs networks, to compare with; found as a service. */
public interface PictureRuntime {
  /** Returns the name to choose it by. */
  String name();

  /**
   * Reads a network.
   *
   * @param file an ONNX file with one input
   * @param threads of a run
   * @throws RuntimeException if that is not possible, with the reason
   */
  PictureRunner open(Path file, int threads);
}
