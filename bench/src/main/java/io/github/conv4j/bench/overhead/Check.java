package io.github.conv4j.bench.overhead;

/**
 * A figure held against its bar.
 *
 * @param bar the bar for people, for example {@code <= 150 ns}
 * @param limit the most that the bar permits
 * @param value what was measured
 * @param answer whether it is kept
 */
record Check(String bar, double limit, double value, Answer answer) {
  /** Whether a bar is kept, and whether the measurement can tell. */
  enum Answer {
    YES("yes"),
    YES_WITHIN_NOISE("yes, within noise"),
    NO_WITHIN_NOISE("no, within noise"),
    NO("no");

    private final String text;

    Answer(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Asks whether a median is at most {@code limit}. */
  static Check atMost(double limit, String unitAndLimit, MedianEstimate estimate) {
    boolean kept = estimate.median() <= limit;
    boolean sure = kept ? estimate.high() <= limit : estimate.low() > limit;
    Answer answer =
        kept
            ? (sure ? Answer.YES : Answer.YES_WITHIN_NOISE)
            : (sure ? Answer.NO : Answer.NO_WITHIN_NOISE);
    return new Check("<= " + unitAndLimit, limit, estimate.median(), answer);
  }
}
