package io.github.conv4j.bench.whole;

import io.github.conv4j.bench.toolchain.TemporaryFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  private final boolean inOwnProcesses;

  /**
   * Creates a race.
   *
   * @param nanosEach how long each contender is measured; it warms up for half of it before
   * @param inOwnProcesses whether each starts in a process of its own too, to measure that
   */
  public NetworkRace(
      NetworkTask task, List<NetworkContender> contenders, long nanosEach, boolean inOwnProcesses) {
    this.task = task;
    this.contenders = List.copyOf(contenders);
    this.nanosEach = nanosEach;
    this.inOwnProcesses = inOwnProcesses;
  }

  private static final class Lane implements AutoCloseable {
    final NetworkContender contender;
    final NetworkEntry entry;
    final StartUp startUp;
    final List<Double> millis = new ArrayList<>();
    long spent;
    double allocatedBytes = Double.NaN;

    Lane(NetworkContender contender, NetworkTask task, @Nullable StartUp alone) {
      this.contender = contender;
      StartUp.Begun begun = StartUp.begin(contender, task);
      this.entry = begun.entry();
      this.startUp = alone == null ? begun.startUp() : alone;
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
  public List<NetworkResult> run(Consumer<String> told) throws InterruptedException {
    List<NetworkResult> results = new ArrayList<>();
    List<Lane> lanes = new ArrayList<>();
    try {
      for (NetworkContender contender : contenders) {
        told.accept("%s: %s prepares".formatted(task.name(), contender.name()));
        try {
          lanes.add(new Lane(contender, task, alone(contender)));
        } catch (RuntimeException e) {
          String lack = String.valueOf(e.getMessage());
          results.add(NetworkResult.lacking(task, contender.name(), lack));
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

  private @Nullable StartUp alone(NetworkContender contender) throws InterruptedException {
    if (!inOwnProcesses) {
      return null;
    }
    try (var folder = new TemporaryFolder()) {
      return StartUpProbe.measure(contender.name(), task, folder.path().resolve("start-up.log"));
    } catch (IOException _) {
      return null; // why shows when it starts in this process
    }
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
        task.threads(),
        "",
        lane.startUp,
        quantile(sorted, 0.5),
        quantile(sorted, 0.9),
        quantile(sorted, 0.99),
        sorted[0],
        sorted.length,
        lane.allocatedBytes,
        difference(first, lane.entry.results()));
  }

  private static double quantile(double[] sorted, double share) {
    return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
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
}
