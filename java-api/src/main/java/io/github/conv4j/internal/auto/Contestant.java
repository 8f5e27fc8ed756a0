package io.github.conv4j.internal.auto;

import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.util.Arrays;

/** A way that was made ready, and what its calls took. Not safe for several threads. */
final class Contestant {
  private final Way way;
  private final PreparedConvolution prepared;
  private double[] times = new double[64];
  private int count;
  private long firstNanos;
  private String note = "";
  private boolean isTimed = true;

  Contestant(Way way, PreparedConvolution prepared) {
    this.way = way;
    this.prepared = prepared;
  }

  Way way() {
    return way;
  }

  PreparedConvolution prepared() {
    return prepared;
  }

  /** Makes the first call, which loads code and memory. */
  void first(Tensor src, Tensor dst) {
    long begin = System.nanoTime();
    prepared.execute(src, dst);
    firstNanos = System.nanoTime() - begin;
  }

  long firstNanos() {
    return firstNanos;
  }

  /** Makes calls for about {@code nanos}, at least one; returns what one took on average. */
  double calls(Tensor src, Tensor dst, long nanos) {
    long begin = System.nanoTime();
    int calls = 0;
    long elapsed;
    do {
      prepared.execute(src, dst);
      calls++;
      elapsed = System.nanoTime() - begin;
    } while (elapsed < nanos);
    return (double) elapsed / calls;
  }

  /** Makes calls that count. */
  void turn(Tensor src, Tensor dst, long nanos) {
    double time = calls(src, dst, nanos);
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
    }
    times[count++] = time;
  }

  /** Returns the median of the turns, or the first call if there was no turn. */
  double medianNanos() {
    if (count == 0) {
      return firstNanos;
    }
    double[] sorted = Arrays.copyOf(times, count);
    Arrays.sort(sorted);
    return sorted[count / 2];
  }

  String note() {
    return note;
  }

  /** Notes why this takes no further part. */
  void exclude(String reason) {
    note = reason;
    isTimed = false;
  }

  /** Whether its times mean anything. */
  boolean isTimed() {
    return isTimed;
  }
}
