package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One prepared convolution, many callers, and someone who closes things under them. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
abstract class ConcurrencyContract extends EngineContract {
  private static final int CALLERS = 8;
  private static final int CALLS = 25;
  private static final Convolution CONVOLUTION =
      Convolution.conv2d(16, 24).kernel(3).padding(1).build();
  private static final Shape SRC = Shape.of(1, 16, 14, 14);

  @Test
  void eightPlatformThreadsGetTheSameBits() throws Exception {
    for (Layout layout : LAYOUTS) {
      try (var threads = Executors.newFixedThreadPool(CALLERS)) {
        sameBitsEverywhere(engine, layout, threads);
      }
    }
  }

  @Test
  void eightVirtualThreadsGetTheSameBits() throws Exception {
    for (Layout layout : LAYOUTS) {
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        sameBitsEverywhere(engine, layout, threads);
      }
    }
  }

  @Test
  void callersBeyondTheBudgetWait() throws Exception {
    try (Engine narrow = Engines.named(engineName(), EngineOptions.defaults().withThreads(1));
        var threads = Executors.newFixedThreadPool(CALLERS)) {
      sameBitsEverywhere(narrow, Layout.NHWC, threads);
    }
  }

  private static void sameBitsEverywhere(Engine engine, Layout layout, ExecutorService threads)
      throws Exception {
    float[] weights = floats(CONVOLUTION.weightsShape(), 1);
    float[] bias = floats(Shape.of(24), 2);
    try (PreparedConvolution prepared =
        engine.prepare(CONVOLUTION, spec(layout, SRC), weights, bias)) {
      List<float[]> inputs = new ArrayList<>();
      List<float[]> alone = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        inputs.add(floats(SRC, 10 + caller));
        alone.add(Runs.execute(prepared, inputs.get(caller)));
      }
      var start = new CountDownLatch(CALLERS);
      List<Future<?>> callers = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        float[] input = inputs.get(caller);
        float[] expected = alone.get(caller);
        callers.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  try (Arena arena = Arena.ofConfined()) {
                    Tensor src = Tensor.ofFloats(prepared.src(), input, arena);
                    Tensor dst = Tensor.allocate(prepared.dst(), arena);
                    for (int call = 0; call < CALLS; call++) {
                      dst.fill(Float.NaN);
                      prepared.execute(src, dst);
                      requireEqual(dst.toFloatArray(), expected);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> caller : callers) {
        caller.get();
      }
    }
  }

  /** A call that was let in finishes with a right result; the next one is refused. */
  @Test
  void closingTheConvolutionWaitsForCallsInFlight() throws Exception {
    for (int round = 0; round < 20; round++) {
      PreparedConvolution prepared = prepareExact(engine);
      closesUnderCallers(prepared, prepared::close);
    }
  }

  @Test
  void closingTheEngineWaitsForCallsInFlight() throws Exception {
    for (int round = 0; round < 20; round++) {
      Engine closing = Engines.named(engineName());
      PreparedConvolution prepared = prepareExact(closing);
      try (LogCapture _ = LogCapture.open()) {
        closesUnderCallers(prepared, closing::close);
      }
    }
  }

  static void closesUnderCallers(PreparedConvolution prepared, Runnable close) throws Exception {
    float[] x = Runs.integers(prepared.src().shape(), 1);
    float[] expected = Runs.execute(prepared, x);
    var running = new CountDownLatch(2);
    try (var threads = Executors.newFixedThreadPool(2)) {
      List<Future<Exception>> callers = new ArrayList<>();
      for (int caller = 0; caller < 2; caller++) {
        callers.add(threads.submit(() -> executeUntilRefused(prepared, x, expected, running)));
      }
      running.await();
      close.run();
      for (Future<Exception> caller : callers) {
        assertThat(caller.get())
            .isExactlyInstanceOf(IllegalStateException.class)
            .hasMessage("the prepared convolution is closed");
      }
    }
  }

  private static Exception executeUntilRefused(
      PreparedConvolution prepared, float[] x, float[] expected, CountDownLatch running) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.ofFloats(prepared.src(), x, arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      while (true) {
        dst.fill(Float.NaN);
        try {
          prepared.execute(src, dst);
        } catch (IllegalStateException e) {
          return e;
        }
        requireEqual(dst.toFloatArray(), expected);
        running.countDown();
      }
    }
  }

  /** The arena refuses to close, or the call is refused; no third thing happens. */
  @Test
  void closingASharedArenaUnderACallIsRefusedOrHarmless() throws Exception {
    try (PreparedConvolution prepared = prepareExact(engine);
        var threads = Executors.newSingleThreadExecutor()) {
      float[] x = Runs.integers(SRC, 1);
      float[] expected = Runs.execute(prepared, x);
      for (int round = 0; round < 60; round++) {
        Arena arena = Arena.ofShared();
        Tensor src = Tensor.ofFloats(prepared.src(), x, arena);
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        var running = new CountDownLatch(1);
        Future<Exception> caller =
            threads.submit(
                () -> {
                  while (true) {
                    try {
                      prepared.execute(src, dst);
                    } catch (IllegalStateException e) {
                      return e;
                    }
                    running.countDown();
                  }
                });
        awaitOrThrow(running, caller);
        Arenas.closeStubbornly(arena);
        assertThat(caller.get())
            .isExactlyInstanceOf(IllegalStateException.class)
            .hasMessage("Already closed");
        requireEqual(Runs.execute(prepared, x), expected);
      }
    }
  }

  private static void awaitOrThrow(CountDownLatch running, Future<Exception> caller)
      throws InterruptedException, ExecutionException {
    while (!running.await(10, TimeUnit.MILLISECONDS)) {
      if (caller.isDone()) {
        throw new AssertionError("the caller ended early", caller.get());
      }
    }
  }

  /** Much cheaper than AssertJ on arrays; the values do not matter where bits differ. */
  static void requireEqual(float[] actual, float[] expected) {
    int mismatch = Arrays.mismatch(actual, expected);
    if (mismatch >= 0) {
      throw new AssertionError(
          "element %d is %s instead of %s"
              .formatted(mismatch, actual[mismatch], expected[mismatch]));
    }
  }

  private static PreparedConvolution prepareExact(Engine engine) {
    return engine.prepare(
        CONVOLUTION,
        spec(Layout.NHWC, SRC),
        Runs.integers(CONVOLUTION.weightsShape(), 2),
        Runs.integers(24, 3));
  }

  static float[] floats(Shape shape, long seed) {
    var random = new SplittableRandom(seed);
    float[] values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
