package io.github.conv4j.examples.ocr;

import io.github.conv4j.networks.graph.Constant;

/** Is shown what networks are given: samples, for who quantizes them. */
public interface GivenInputs {
  /** For who does not want to know. */
  GivenInputs IGNORED = (_, _) -> {};

  /** The networks of {@link OcrFiles}. */
  enum Role {
    /** {@link OcrFiles#detector()}. */
    DETECTOR,
    /** {@link OcrFiles#classifier()}. */
    CLASSIFIER,
    /** {@link OcrFiles#recognizer()}. */
    RECOGNIZER
  }

  /**
   * A network is about to be run.
   *
   * @param input {@code [1, 3, h, w]}, normalized
   */
  void given(Role role, Constant input);
}
