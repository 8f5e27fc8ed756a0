package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.graph.Constant;

/** What a tensor of a file is to conv4j. */
sealed interface StoredTensor {
  /** One whose values are at hand. */
  record Known(Constant constant) implements StoredTensor {}

  /**
   * One of a type that conv4j does not have: refused when something reads it.
   *
   * @param type as ONNX names it
   */
  record Foreign(String type) implements StoredTensor {}
}
