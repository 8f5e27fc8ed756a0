package io.github.conv4j.bench.results;

/**
 * How many clients of one engine fare beside one client a processor, each on one thread of an
 * engine of its own.
 *
 * @param throughputRatio this throughput over that
 * @param tailRatio the 99th percentile over the fair share: clients over that throughput
 * @param mostTailRatio the longest tail that counts as fair
 */
public record Fairness(double throughputRatio, double tailRatio, double mostTailRatio) {
  /** The least throughput that counts as kept. */
  public static final double LEAST_THROUGHPUT_RATIO = 0.95;

  /** The longest tail that counts as fair for a convolution. */
  public static final double MOST_TAIL_RATIO = 1.3;

  /** The longest tail that counts as fair for a network. */
  public static final double MOST_TAIL_RATIO_OF_NETWORKS = 1.5;

  /**
   * Compares.
   *
   * @param apart calls a second of the clients with an engine each
   * @param clients who share one engine
   * @param throughput their calls a second
   * @param p99Nanos the 99th percentile of their latencies
   */
  public static Fairness of(double apart, int clients, double throughput, double p99Nanos) {
    return new Fairness(throughput / apart, p99Nanos / (clients / apart * 1e9), MOST_TAIL_RATIO);
  }

  /** Returns the same figures held to what is wanted of networks. */
  public Fairness ofNetwork() {
    return new Fairness(throughputRatio, tailRatio, MOST_TAIL_RATIO_OF_NETWORKS);
  }

  /** Tells whether the throughput is kept. */
  public boolean keepsThroughput() {
    return throughputRatio >= LEAST_THROUGHPUT_RATIO;
  }

  /** Tells whether the tail is fair. */
  public boolean keepsTail() {
    return tailRatio <= mostTailRatio;
  }

  /** Tells whether both bars are reached. */
  public boolean isReached() {
    return keepsThroughput() && keepsTail();
  }
}
