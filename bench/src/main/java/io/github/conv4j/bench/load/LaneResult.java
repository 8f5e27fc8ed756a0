package io.github.conv4j.bench.load;

import org.HdrHistogram.Histogram;

/**
 * What a lane counted.
 *
 * @param name who ran
 * @param implementation what ran, empty if the contender does not say
 * @param calls that returned
 * @param seconds they took together
 * @param errors calls that failed, also before they count, and results that differed
 * @param error the first of them, or empty
 * @param unserved requests that were due but had not begun when time was over; their waiting until
 *     then is among the latencies
 * @param latencies in nanoseconds
 */
public record LaneResult(
    LaneName name,
    String implementation,
    long calls,
    double seconds,
    long errors,
    String error,
    long unserved,
    Histogram latencies) {

  /** Returns calls a second. */
  public double throughput() {
    return calls / seconds;
  }

  /** Returns the latency that this percentage of the calls stayed below, in nanoseconds. */
  public long percentile(double percentage) {
    return latencies.getValueAtPercentile(percentage);
  }
}
