package io.github.conv4j.bench.whole;

/**
 * What one contender took for one network; milliseconds.
 *
 * @param network its name
 * @param contender its name
 * @param lack why it does not run it, or empty
 * @param prepareMillis from the file to the first run
 * @param firstMillis of the first run
 * @param medianMillis of a run
 * @param bestMillis of the fastest run
 * @param p99Millis that 99 of 100 runs do not exceed
 * @param runs how many were measured
 * @param allocatedBytes on the Java heap in a run
 * @param difference the largest difference from the first contender's results, relative to the
 *     largest of them
 */
public record NetworkResult(
    String network,
    String contender,
    String lack,
    double prepareMillis,
    double firstMillis,
    double medianMillis,
    double bestMillis,
    double p99Millis,
    int runs,
    double allocatedBytes,
    double difference) {
  static NetworkResult lacking(String network, String contender, String lack) {
    double none = Double.NaN;
    return new NetworkResult(network, contender, lack, none, none, none, none, none, 0, none, none);
  }
}
