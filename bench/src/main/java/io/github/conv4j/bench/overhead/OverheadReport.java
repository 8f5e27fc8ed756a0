package io.github.conv4j.bench.overhead;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that one run has measured; times in nanoseconds.
 *
 * @param machine what it was measured on
 * @param floor the C compiler of the floor, or why there is no floor
 * @param calls one entry a layer and arena
 * @param allocations one entry a layer and arena
 * @param prepares the first in a process, then one entry a layer
 * @param loads the first load, then the later ones
 */
record OverheadReport(
    Machine machine,
    String floor,
    List<Calls> calls,
    List<Allocation> allocations,
    List<Prepare> prepares,
    List<Load> loads) {
  OverheadReport {
    calls = List.copyOf(calls);
    allocations = List.copyOf(allocations);
    prepares = List.copyOf(prepares);
    loads = List.copyOf(loads);
  }

  /**
   * What a run took place on.
   *
   * @param engine version and place of the native library
   * @param processors how many this process may use
   * @param loadBefore how many tasks wanted a processor in the minute before; negative if unknown
   * @param loadAfter likewise in the last minute of the run
   */
  record Machine(
      String jdk,
      String system,
      String engine,
      int processors,
      double loadBefore,
      double loadAfter) {
    /** Tells whether other work kept a good part of the processors busy. */
    boolean isBusy() {
      // This run itself keeps one task running.
      return loadBefore > 0.5 || loadAfter > 1.5;
    }
  }

  /**
   * What one call took, over several JVMs.
   *
   * @param arena where the tensors lie: {@code confined} or {@code shared}
   * @param implementation oneDNN's name for the code that ran
   * @param floor the same call from C; null without a C compiler
   */
  record Calls(
      String problem,
      String arena,
      String implementation,
      MedianEstimate nanos,
      @Nullable Floor floor) {}

  /**
   * The same call from C, and what comes on top: for each JVM the median of the differences between
   * neighbouring measurements.
   */
  record Floor(
      MedianEstimate nanos,
      MedianEstimate addedNanos,
      MedianEstimate addedShare,
      @Nullable Check check) {}

  /** How many bytes a number of calls took from the Java heap. */
  record Allocation(String problem, String arena, long callCount, long byteCount, Check check) {}

  /**
   * What prepare took, over several JVMs.
   *
   * @param isFirstInProcess whether it also paid what any first prepare of a process pays
   * @param first of a problem that the process had not seen
   * @param second right after it
   * @param seen the 200 after that, which the bar is for
   * @param warm 200 when the JVM has compiled everything
   */
  record Prepare(
      String problem,
      boolean isFirstInProcess,
      MedianEstimate first,
      MedianEstimate second,
      MedianEstimate seen,
      MedianEstimate warm,
      Check check) {}

  /** What starting the engine took in a JVM of its own. */
  record Load(String what, MedianEstimate nanos, Check check) {}
}
