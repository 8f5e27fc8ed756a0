package io.github.conv4j.bench.load;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/**
 * What a lane counted.
 *
 * @param name who ran
 * @param implementation what ran, empty if the contender does not say
 * @param calls that returned
 * @param seconds they took together
 * @param heapBytes what the clients' threads took from the Java heap; empty for an open loop, and
 *     where the JVM does not tell
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
    OptionalLong heapBytes,
    long errors,
    String error,
    long unserved,
    Histogram latencies) {

  /** Returns calls a second. */
  public double throughput() {
    return calls / seconds;
  }

  /** Returns what a call took from the Java heap, if that is known. */
  public OptionalDouble heapBytesOfCall() {
    return heapBytes.isEmpty() || calls == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) heapBytes.getAsLong() / calls);
  }

  /** Returns a latency over the clients' own share of time: clients over their throughput. */
  public double overOwnShare(double percentage) {
    return percentile(percentage) / (name.clients() / throughput() * 1e9);
  }

  /** Returns the latency that this percentage of the calls stayed below, in nanoseconds. */
  public long percentile(double percentage) {
    return latencies.getValueAtPercentile(percentage);
  }
}
