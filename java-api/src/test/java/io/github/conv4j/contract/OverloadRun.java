package io.github.conv4j.contract;

import io.github.conv4j.CallRefusedException;
import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * How soon callers return from an engine that has no room for them: bursts of 64 calls at once on a
 * queue of 1 with a deadline of 5 ms. What they get is tested by {@link OverloadContract}; times
 * are only printed. Arguments: engine, number of bursts, {@code virtual} for virtual threads.
 */
final class OverloadRun {
  private static final int CALLERS = 64;
  private static final int WARM_UP_BURSTS = 100;
  private static final Duration DEADLINE = Duration.ofMillis(5);
  private static final Shape SRC = Shape.of(1, 64, 56, 56);
  private static final Convolution CONVOLUTION =
      Convolution.conv2d(64, 64).kernel(3).padding(1).bias(false).build();

  private OverloadRun() {}

  private record Return(String how, long nanos) {}

  public static void main(String[] arguments) throws Exception {
    int bursts = Integer.parseInt(arguments[1]);
    boolean virtual = arguments.length > 2 && arguments[2].equals("virtual");
    Map<String, List<Long>> times = new TreeMap<>();
    try (Engine engine = Engines.named(arguments[0], EngineOptions.defaults().withQueueLimit(1));
        PreparedConvolution prepared =
            engine.prepare(
                CONVOLUTION,
                TensorSpec.f32(Layout.NHWC, SRC.dims()),
                new float[64 * 64 * 9],
                null);
        ExecutorService threads =
            virtual
                ? Executors.newVirtualThreadPerTaskExecutor()
                : Executors.newFixedThreadPool(CALLERS);
        Arena arena = Arena.ofShared()) {
      List<Callable<Return>> callers = callers(prepared, arena);
      for (int burst = 0; burst < WARM_UP_BURSTS + bursts; burst++) {
        for (Future<Return> future : threads.invokeAll(callers)) {
          Return one = future.get();
          if (burst >= WARM_UP_BURSTS) {
            times.computeIfAbsent(one.how, how -> new ArrayList<>()).add(one.nanos);
          }
        }
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
    System.out.printf("%s, %d bursts of %d calls%n", arguments[0], bursts, CALLERS);
    times.forEach(OverloadRun::print);
  }

  private static List<Callable<Return>> callers(PreparedConvolution prepared, Arena arena) {
    var start = new CyclicBarrier(CALLERS);
    List<Callable<Return>> callers = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      callers.add(
          () -> {
            start.await();
            long begin = System.nanoTime();
            String how = "served";
            try {
              prepared.execute(src, dst, DEADLINE);
            } catch (CallRefusedException refused) {
              how = refused.getClass().getSimpleName();
            }
            return new Return(how, System.nanoTime() - begin);
          });
    }
    return callers;
  }

  private static void print(String how, List<Long> nanos) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "%-26s %6d: p50 %.3f ms, p99 %.3f ms, max %.3f ms, above 20 ms %d%n",
        how,
        sorted.length,
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6,
        sorted[sorted.length - 1] / 1e6,
        Arrays.stream(sorted).filter(time -> time > 20_000_000).count());
  }
}
