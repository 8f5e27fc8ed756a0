package io.github.conv4j.bench.overhead;

import com.sun.management.ThreadMXBean;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Supplier;

/** Counts the bytes that calls take from the Java heap. */
final class AllocationCounts {
  private static final int CALLS = 100_000;
  private static final int WARM_UP_CALLS = 20_000;
  private static final long LONGEST_NANOS = 2_000_000_000;

  private final Engine engine;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  AllocationCounts(Engine engine) {
    this.engine = engine;
  }

  /** Counts for a layer; one entry an arena. */
  List<OverheadReport.Allocation> measure(Layer layer) {
    return List.of(
        measure(layer, "confined", Arena::ofConfined), measure(layer, "shared", Arena::ofShared));
  }

  private OverheadReport.Allocation measure(Layer layer, String name, Supplier<Arena> arenas) {
    try (Arena arena = arenas.get();
        PreparedConvolution prepared = layer.prepare(engine, layer.parameters(arena))) {
      Layer.Offsets offsets = Layer.Offsets.ofRound(0);
      Tensor src = layer.src(prepared, offsets, arena);
      Tensor dst = layer.dst(prepared, offsets, arena);
      run(prepared, src, dst, WARM_UP_CALLS, LONGEST_NANOS / 4);
      count(prepared, src, dst, 1); // what the counting itself allocates the first time
      long start = System.nanoTime();
      prepared.execute(src, dst);
      long single = Math.max(1, System.nanoTime() - start);
      int callCount = Math.clamp(LONGEST_NANOS / single, 1, CALLS);
      long byteCount = count(prepared, src, dst, callCount);
      return new OverheadReport.Allocation(
          layer.line(),
          name,
          callCount,
          byteCount,
          OverheadBars.allocation((double) byteCount / callCount));
    }
  }

  private long count(PreparedConvolution prepared, Tensor src, Tensor dst, int callCount) {
    long before = threads.getCurrentThreadAllocatedBytes();
    run(prepared, src, dst, callCount, Long.MAX_VALUE);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static void run(
      PreparedConvolution prepared, Tensor src, Tensor dst, int callCount, long longestNanos) {
    long start = System.nanoTime();
    for (int call = 0; call < callCount && System.nanoTime() - start < longestNanos; call++) {
      prepared.execute(src, dst);
    }
  }
}
