package io.github.conv4j.networks.internal.operator;

/**
 * Ranges of equal units of work, one a part.
 *
 * @param unitCount how many units there are
 * @param count how many parts
 */
record Parts(long unitCount, int count) {
  /** Less than this is done before a helper has come. */
  private static final double LEAST_NANOS = 15_000;

  /** So that a thread which comes late, or is held up, leaves its parts to the others. */
  private static final int PARTS_PER_THREAD = 4;

  static Parts of(long unitCount, double unitNanos, int threads) {
    Sizes.positive(threads, "threads");
    if (threads == 1) {
      return new Parts(unitCount, 1);
    }
    long worthwhile = (long) (unitCount * unitNanos / LEAST_NANOS);
    long most = Math.min(Math.min(worthwhile, unitCount), (long) PARTS_PER_THREAD * threads);
    return new Parts(unitCount, (int) Math.max(1, most));
  }

  /** Returns the first unit of a part; that of the part after the last is the end. */
  long begin(int part) {
    long whole = unitCount / count;
    return whole * part + Math.min(part, unitCount % count);
  }
}
