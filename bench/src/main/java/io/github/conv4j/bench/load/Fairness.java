package io.github.conv4j.bench.load;

/**
 * How many clients of one engine fare beside one client a processor, each on one thread of an
 * engine of its own.
 *
 * @param throughputRatio this throughput over that
 * @param tailRatio the 99th percentile over the fair share: clients over that throughput
 */
public record Fairness(double throughputRatio, double tailRatio) {
  /** The least throughput that counts as kept. */
  public static final double LEAST_THROUGHPUT_RATIO = 0.95;

  /** The longest tail that counts as fair. */
  public static final double MOST_TAIL_RATIO = 1.3;

  /** Compares. */
  public static Fairness of(LaneResult apart, LaneResult together) {
    double fairNanos = together.name().clients() / apart.throughput() * 1e9;
    return new Fairness(
        together.throughput() / apart.throughput(), together.percentile(99) / fairNanos);
  }

  /** Tells whether both bars are reached. */
  public boolean isReached() {
    return throughputRatio >= LEAST_THROUGHPUT_RATIO && tailRatio <= MOST_TAIL_RATIO;
  }
}
