package io.github.conv4j.bench.whole;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs one network by all contenders in turns, in one process: each turn is some runs long, so that
 * what disturbs the machine disturbs all.
 */
public final class NetworkRace {
  private static final long TURN_NANOS = 100_000_000;
  private static final int LEAST_RUNS = 5;

  private final NetworkTask task;
  private final List<NetworkContender> contenders;
  private final long nanosEach;

  /**
   * Creates a race.
   *
   * @param nanosEach how long each contender is measured; it warms up for half of it before
   */
  public NetworkRace(NetworkTask task, List<NetworkContender> contenders, long nanosEach) {
    this.task = task;
    this.contenders = List.copyOf(contenders);
    this.nanosEach = nanosEach;
  }

  private static final class Lane implements AutoCloseable {
    final NetworkContender contender;
    final NetworkEntry entry;
    final double prepareMillis;
    final double firstMillis;
    final List<Double> millis = new ArrayList<>();
    long spent;
    double allocatedBytes = Double.NaN;

    Lane(NetworkContender contender, NetworkTask task) {
      this.contender = contender;
      long begin = System.nanoTime();
      this.entry = contender.enter(task);
      this.prepareMillis = (System.nanoTime() - begin) / 1e6;
      begin = System.nanoTime();
      entry.run();
      this.firstMillis = (System.nanoTime() - begin) / 1e6;
    }

    void turn(boolean counts) {
      long end = System.nanoTime() + TURN_NANOS;
      do {
        long begin = System.nanoTime();
        entry.run();
        long nanos = System.nanoTime() - begin;
        spent += nanos;
        if (counts) {
          millis.add(nanos / 1e6);
        }
      } while (System.nanoTime() < end);
    }

    void countAllocation() {
      var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < LEAST_RUNS; i++) {
        entry.run();
      }
      allocatedBytes = (double) (threads.getCurrentThreadAllocatedBytes() - before) / LEAST_RUNS;
    }

    @Override
    public void close() {
      entry.close();
    }
  }

  /**
   * Measures.
   *
   * @param told of what happens
   */
  public List<NetworkResult> run(Consumer<String> told) {
    List<NetworkResult> results = new ArrayList<>();
    List<Lane> lanes = new ArrayList<>();
    try {
      for (NetworkContender contender : contenders) {
        told.accept("%s: %s prepares".formatted(task.name(), contender.name()));
        try {
          lanes.add(new Lane(contender, task));
        } catch (RuntimeException e) {
          results.add(
              NetworkResult.lacking(task.name(), contender.name(), String.valueOf(e.getMessage())));
        }
      }
      told.accept(task.name() + ": in turns");
      turns(lanes, false, nanosEach / 2);
      lanes.forEach(lane -> lane.spent = 0);
      turns(lanes, true, nanosEach);
      lanes.forEach(Lane::countAllocation);
      Map<String, float[]> first = lanes.isEmpty() ? Map.of() : lanes.getFirst().entry.results();
      for (Lane lane : lanes) {
        results.add(result(lane, first));
      }
    } finally {
      lanes.forEach(Lane::close);
    }
    return results;
  }

  private static void turns(List<Lane> lanes, boolean counts, long nanos) {
    boolean more = true;
    while (more) {
      more = false;
      for (Lane lane : lanes) {
        if (lane.spent < nanos || (counts && lane.millis.size() < LEAST_RUNS)) {
          lane.turn(counts);
          more = true;
        }
      }
    }
  }

  private NetworkResult result(Lane lane, Map<String, float[]> first) {
    double[] sorted = lane.millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new NetworkResult(
        task.name(),
        lane.contender.name(),
        "",
        lane.prepareMillis,
        lane.firstMillis,
        sorted[sorted.length / 2],
        sorted[0],
        sorted[Math.min(sorted.length - 1, (int) (sorted.length * 0.99))],
        sorted.length,
        lane.allocatedBytes,
        difference(first, lane.entry.results()));
  }

  private static double difference(Map<String, float[]> first, Map<String, float[]> other) {
    double worst = 0;
    Map<String, float[]> known = new LinkedHashMap<>(first);
    for (var each : known.entrySet()) {
      float[] actual = other.get(each.getKey());
      if (actual == null || actual.length != each.getValue().length) {
        return Double.NaN;
      }
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < actual.length; i++) {
        largest = Math.max(largest, Math.abs(each.getValue()[i]));
        difference = Math.max(difference, Math.abs((double) actual[i] - each.getValue()[i]));
      }
      worst = Math.max(worst, largest == 0 ? difference : difference / largest);
    }
    return worst;
  }

  /** Returns how often as fast as the last contender the others are, by their medians. */
  public static double[] ratios(List<NetworkResult> results, String over) {
    double base =
        results.stream()
            .filter(result -> result.contender().equals(over))
            .mapToDouble(NetworkResult::medianMillis)
            .findFirst()
            .orElse(Double.NaN);
    return Arrays.stream(results.toArray(NetworkResult[]::new))
        .mapToDouble(result -> base / result.medianMillis())
        .toArray();
  }
}
