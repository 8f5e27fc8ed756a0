package io.github.conv4j.bench.load;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;

/** Lanes in turns of a fraction of a second, so that whatever else the machine does hits all. */
public final class LoadRun {
  private static final long SLICE_NANOS = 250_000_000;
  private static final long MOST_WARM_UP_NANOS = 3_000_000_000L;
  private static final long MOST_SETTLING_NANOS = 10_000_000_000L;

  /** Of a round's time, what the JIT compiler may take in one that counts as quiet. */
  private static final double QUIET = 0.01;

  private final List<Lane> lanes;
  private final long nanos;

  /**
   * Creates a run.
   *
   * @param seconds of measuring for each lane; a third of it, at most 3, goes before to warm up,
   *     and rounds of slices, for as long as a lane is measured and ten seconds at most, until the
   *     JIT compiler, which takes a processor from the calls, has nothing left to do
   */
  public LoadRun(List<Lane> lanes, double seconds) {
    this.lanes = List.copyOf(lanes);
    this.nanos = (long) (seconds * 1e9);
  }

  /** Returns how many steps {@link #warmUp} and {@link #measure} report together. */
  public int stepCount() {
    return lanes.size() * (1 + sliceCount()) + 1;
  }

  private int sliceCount() {
    return Math.toIntExact(Math.max(1, Math.ceilDiv(nanos, SLICE_NANOS)));
  }

  /** Warms all lanes up, after which their first results can be looked at. */
  public void warmUp(BiConsumer<String, Runnable> step) {
    for (Lane lane : lanes) {
      long warmUpNanos = Math.min(MOST_WARM_UP_NANOS, nanos / 3);
      step.accept("warming up " + lane.name().contender(), () -> lane.warmUp(warmUpNanos));
    }
    step.accept("waiting for compiled code", this::settle);
  }

  private void settle() {
    long slice = Math.min(SLICE_NANOS, nanos / 3);
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    if (compiler == null || !compiler.isCompilationTimeMonitoringSupported()) {
      return;
    }
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < Math.min(MOST_SETTLING_NANOS, nanos)) {
      long roundBegin = System.nanoTime();
      long before = compiler.getTotalCompilationTime();
      lanes.forEach(lane -> lane.warmUp(slice));
      long compiling = MILLISECONDS.toNanos(compiler.getTotalCompilationTime() - before);
      if (compiling <= QUIET * (System.nanoTime() - roundBegin)) {
        return;
      }
    }
  }

  /** Measures; the results are in the lanes' order. */
  public List<LaneResult> measure(BiConsumer<String, Runnable> step) {
    int slices = sliceCount();
    List<Lane> order = new ArrayList<>(lanes);
    for (int i = 0; i < slices; i++) {
      for (Lane lane : order) {
        step.accept(lane.name().contender(), () -> lane.slice(nanos / slices));
      }
      Collections.rotate(order, 1);
    }
    return lanes.stream().map(Lane::result).toList();
  }
}
