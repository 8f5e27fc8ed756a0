package io.github.conv4j.bench.results;

/** What became of a contender on a layer. */
public enum Outcome {
  /** It computed the same as the judge, and was timed. */
  TIMED,
  /** It cannot do the problem, and says so. */
  LACKS,
  /** It computed something else, so its speed means nothing. */
  DISAGREES,
  /** It broke. */
  FAILED
}
