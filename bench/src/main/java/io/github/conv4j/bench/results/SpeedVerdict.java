package io.github.conv4j.bench.results;

/** What a comparison of two may say. */
public enum SpeedVerdict {
  /** Faster by more than the noise. */
  FASTER,
  /** Slower by more than the noise. */
  SLOWER,
  /** The noise hides which. */
  TIE
}
