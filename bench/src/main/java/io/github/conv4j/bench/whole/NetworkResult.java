package io.github.conv4j.bench.whole;

/**
 * What one contender took for one network; milliseconds, NaN where unknown.
 *
 * @param network its name
 * @param contender its name
 * @param threads of a run
 * @param lack why it does not run it, or empty
 * @param startUp what it costs before it runs often
 * @param medianMillis of a run
 * @param p90Millis that 90 of 100 runs do not exceed
 * @param p99Millis that 99 of 100 runs do not exceed
 * @param bestMillis of the fastest run
 * @param runs how many were measured
 * @param allocatedBytes on the Java heap in a run
 * @param difference the largest difference from the first contender's results, relative to the
 *     largest of them
 */
public record NetworkResult(
    String network,
    String contender,
    int threads,
    String lack,
    StartUp startUp,
    double medianMillis,
    double p90Millis,
    double p99Millis,
    double bestMillis,
    int runs,
    double allocatedBytes,
    double difference) {
  static NetworkResult lacking(NetworkTask task, String contender, String lack) {
    double none = Double.NaN;
    return new NetworkResult(
        task.name(),
        contender,
        task.threads(),
        lack,
        StartUp.NONE,
        none,
        none,
        none,
        none,
        0,
        none,
        none);
  }

  /** Whether it ran. */
  public boolean isTimed() {
    return lack.isEmpty();
  }
}
