package io.github.conv4j.networks;

import io.github.conv4j.networks.internal.lower.LoweredStep;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Measures the steps of a network. */
final class StepTimer {
  private StepTimer() {}

  /** Returns the median nanoseconds of each step. */
  static List<Long> measure(List<LoweredStep> steps, NetworkCall call, int rounds) {
    long[][] nanos = new long[steps.size()][rounds];
    int count = steps.isEmpty() ? 0 : steps.getLast().end();
    long[] ends = new long[count];
    for (int round = 0; round < rounds; round++) {
      long begin = System.nanoTime();
      call.observe((step, _) -> ends[step] = System.nanoTime());
      long previous = begin;
      for (int i = 0; i < nanos.length; i++) {
        int end = steps.get(i).end();
        long now = end == 0 ? begin : ends[end - 1];
        nanos[i][round] = now - previous;
        previous = now;
      }
    }
    return IntStream.range(0, nanos.length).mapToObj(i -> median(nanos[i])).toList();
  }

  private static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
