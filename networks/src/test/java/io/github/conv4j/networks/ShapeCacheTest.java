package io.github.conv4j.networks;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.testing.Cost;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeCacheTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;
  private static final int CHANNELS = 8;

  /** Each output is the number of its channel times the sum of 3x3 inputs, plus the addend. */
  private final Network network = network();

  private static Network network() {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(1),
            new Dim.Unknown(),
            new Dim.Unknown());
    String addend = b.input("addend", ElementType.FLOAT, new Dim.Fixed(1));
    float[] weights = new float[CHANNELS * 9];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 1 + i / 9;
    }
    String sums =
        b.node(
            "Conv",
            List.of(x, b.constant(Constant.of(weights, CHANNELS, 1, 3, 3))),
            Map.of("pads", new Attribute.Ints(List.of(1L, 1L, 1L, 1L))));
    b.output(b.node("Add", List.of(b.node("Relu", List.of(sums)), addend)));
    return Network.of(b.build());
  }

  private static Map<String, long[]> dims(long size) {
    return Map.of("x", new long[] {1, 1, size, size});
  }

  private ShapeCache cache(Engine engine, long byteLimit) {
    return network.shapeCache(engine, NetworkOptions.defaults(), byteLimit);
  }

  private static void runs(PreparedNetwork prepared, int size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(4L * size * size, 64);
      for (int i = 0; i < size * size; i++) {
        x.setAtIndex(JAVA_FLOAT, i, 1);
      }
      String output = prepared.outputs().getFirst();
      MemorySegment y = arena.allocate(prepared.type(output).byteSize(), 64);
      prepared
          .call()
          .input("x", x)
          .input("addend", arena.allocateFrom(JAVA_FLOAT, 100))
          .output(output, y)
          .execute();
      float[] sums = y.toArray(JAVA_FLOAT);
      for (int c = 0; c < CHANNELS; c++) {
        assertThat(sums[c * size * size]).isEqualTo(100 + 4 * (c + 1));
        assertThat(sums[c * size * size + size + 1]).isEqualTo(100 + 9 * (c + 1));
      }
    }
  }

  private long byteSize(Engine engine, long size) {
    try (PreparedNetwork prepared =
        network.prepare(engine, dims(size), NetworkOptions.defaults())) {
      return CachedShape.byteSize(prepared);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "reference"})
  void countsWeightsAndWorkingMemory(String name) {
    long weights = 4 * CHANNELS * 9;
    try (Engine engine = Engines.named(name);
        PreparedNetwork small = network.prepare(engine, dims(8), NetworkOptions.defaults());
        PreparedNetwork large = network.prepare(engine, dims(64), NetworkOptions.defaults())) {
      assertThat(small.weightsByteSize()).isGreaterThanOrEqualTo(weights);
      assertThat(small.byteSize())
          .isGreaterThanOrEqualTo(small.weightsByteSize() + small.arenaByteSize());
      assertThat(large.byteSize() - large.weightsByteSize())
          .isGreaterThan(small.byteSize() - small.weightsByteSize());
    }
  }

  @Test
  void aShapeIsPreparedOnce() {
    try (Engine engine = Engines.named("vector");
        ShapeCache cache = cache(engine, NO_LIMIT)) {
      PreparedNetwork first;
      try (ShapeCache.Lease lease = cache.acquire(dims(8))) {
        first = lease.network();
        runs(first, 8);
      }
      Map<String, long[]> inFull = Map.of("addend", new long[] {1}, "x", new long[] {1, 1, 8, 8});
      try (ShapeCache.Lease lease = cache.acquire(inFull)) {
        assertThat(lease.network()).isSameAs(first);
      }
      try (ShapeCache.Lease lease = cache.acquire(dims(9))) {
        assertThat(lease.network()).isNotSameAs(first);
        runs(lease.network(), 9);
      }
      assertThat(cache.statistics())
          .isEqualTo(
              new ShapeCache.Statistics(byteSize(engine, 8) + byteSize(engine, 9), 2, 1, 2, 0));
      assertThat(cache.toString()).startsWith("2 shapes of network");
    }
  }

  @Test
  void theCallersDimensionsAreCopied() {
    long[] dims = {1, 1, 8, 8};
    try (Engine engine = Engines.named("vector");
        ShapeCache cache = cache(engine, NO_LIMIT)) {
      cache.acquire(Map.of("x", dims)).close();
      dims[2] = 12;
      try (ShapeCache.Lease lease = cache.acquire(dims(8))) {
        assertThat(lease.network().type("x").dims()).containsExactly(1L, 1L, 8L, 8L);
      }
      assertThat(cache.statistics().missCount()).isEqualTo(1);
    }
  }

  @Test
  void theLeastRecentlyUsedGoesFirst() {
    try (Engine engine = Engines.named("onednn");
        ShapeCache cache = cache(engine, byteSize(engine, 31) + byteSize(engine, 32))) {
      cache.acquire(dims(30)).close();
      PreparedNetwork second;
      try (ShapeCache.Lease lease = cache.acquire(dims(31))) {
        second = lease.network();
      }
      cache.acquire(dims(30)).close();
      cache.acquire(dims(32)).close();

      assertThat(cache.statistics().evictionCount()).isEqualTo(1);
      assertThat(cache.statistics().byteSize()).isLessThanOrEqualTo(cache.byteLimit());
      assertThatIllegalStateException().isThrownBy(() -> runs(second, 31));
      cache.acquire(dims(30)).close();
      assertThat(cache.statistics().missCount()).isEqualTo(3);
    }
  }

  @Test
  void whatIsInUseStays() {
    try (Engine engine = Engines.named("onednn");
        ShapeCache cache = cache(engine, 0)) {
      ShapeCache.Lease lease = cache.acquire(dims(8));
      PreparedNetwork used = lease.network();
      ShapeCache.Lease again = cache.acquire(dims(8));
      cache.acquire(dims(9)).close();
      assertThat(cache.statistics().shapeCount()).isEqualTo(1);
      lease.close();
      lease.close();
      runs(again.network(), 8);
      again.close();

      assertThat(cache.statistics().shapeCount()).isZero();
      assertThat(cache.statistics().byteSize()).isZero();
      assertThatIllegalStateException()
          .isThrownBy(again::network)
          .withMessage("the lease is closed");
      assertThatIllegalStateException().isThrownBy(() -> runs(used, 8));
    }
  }

  @Test
  void whoAsksAtTheSameTimeSharesOnePreparation() throws Exception {
    try (Engine engine = Engines.named("onednn");
        ShapeCache cache = cache(engine, NO_LIMIT);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var barrier = new CyclicBarrier(8);
      List<Future<PreparedNetwork>> found = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        found.add(
            threads.submit(
                () -> {
                  barrier.await();
                  try (ShapeCache.Lease lease = cache.acquire(dims(16))) {
                    runs(lease.network(), 16);
                    return lease.network();
                  }
                }));
      }
      Set<PreparedNetwork> different = new HashSet<>();
      for (Future<PreparedNetwork> one : found) {
        different.add(one.get());
      }
      assertThat(different).hasSize(1);
      assertThat(cache.statistics().missCount()).isEqualTo(1);
      assertThat(cache.statistics().hitCount()).isEqualTo(7);
    }
  }

  @Test
  void manyThreadsAndShapesStayWithinTheLimit() throws Exception {
    try (Engine engine = Engines.named("onednn", EngineOptions.defaults().withThreads(2))) {
      long byteLimit = 3 * byteSize(engine, 48);
      try (ShapeCache cache = cache(engine, byteLimit);
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
          int step = 1 + 2 * thread;
          running.add(
              threads.submit(
                  () -> {
                    for (int i = 0; i < 64; i++) {
                      int size = 33 + i * step % 16;
                      try (ShapeCache.Lease lease = cache.acquire(dims(size))) {
                        runs(lease.network(), size);
                      }
                    }
                  }));
        }
        for (Future<?> one : running) {
          one.get();
        }
        ShapeCache.Statistics after = cache.statistics();
        assertThat(after.hitCount() + after.missCount()).isEqualTo(8 * 64);
        assertThat(after.evictionCount()).isPositive();
        assertThat(after.shapeCount()).isEqualTo(after.missCount() - after.evictionCount());
        assertThat(after.byteSize()).isPositive().isLessThanOrEqualTo(byteLimit);
        EngineMemory held = engine.memory();
        assertThat(held.weightsBytes() + held.workingBytes())
            .isPositive()
            .isLessThanOrEqualTo(byteLimit);
      }
      assertThat(engine.memory().weightsBytes() + engine.memory().workingBytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector"})
  void tellsWhatItsShapesHold(String name) {
    try (Engine engine = Engines.named(name)) {
      ShapeCache cache = cache(engine, NO_LIMIT);
      try (cache) {
        assertThat(cache.memory()).isEqualTo(NetworkMemory.NONE);
        NetworkMemory sum = NetworkMemory.NONE;
        long describing = 0;
        for (int size : new int[] {8, 19}) {
          try (ShapeCache.Lease lease = cache.acquire(dims(size))) {
            runs(lease.network(), size);
            sum = sum.plus(lease.network().memory());
            describing += CachedShape.byteSize(lease.network()) - lease.network().byteSize();
          }
        }
        assertThat(cache.memory()).isEqualTo(sum);
        assertThat(cache.statistics().byteSize()).isEqualTo(sum.byteSize() + describing);
        assertThat(engine.memory().weightsBytes()).isEqualTo(sum.weightsBytes());
        assertThat(engine.memory().workingBytes())
            .isEqualTo(sum.arenaBytes() + sum.scratchpadBytes());
      }
      assertThat(cache.memory()).isEqualTo(NetworkMemory.NONE);
    }
  }

  @Test
  void whatCannotBePreparedIsNotKept() throws Exception {
    try (Engine engine = Engines.named("vector");
        ShapeCache cache = cache(engine, NO_LIMIT);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, long[]> wrong = Map.of("x", new long[] {1, 2, 8, 8});
      List<Future<?>> refused = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        refused.add(
            threads.submit(
                () ->
                    assertThatIllegalArgumentException()
                        .isThrownBy(() -> cache.acquire(wrong))
                        .withMessageContaining("[1, 2, 8, 8]")));
      }
      for (Future<?> one : refused) {
        one.get();
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> cache.acquire(Map.of()))
          .withMessageContaining("leaves dimensions open");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> cache.acquire(Map.of("x", new long[] {1, 1, 8, 8}, "z", new long[0])))
          .withMessageContaining("no input \"z\"");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> cache(engine, -1))
          .withMessageContaining("byteLimit");
      assertThat(cache.statistics().shapeCount()).isZero();
      cache.acquire(dims(8)).close();
    }
  }

  @Test
  void whatTakesMoreThanARunMayIsRefusedBeforeItsMemoryIsTaken() {
    NetworkOptions options = NetworkOptions.defaults().withMostBytes(100_000);
    var seen = new WarmUpManifest();
    try (Engine engine = Engines.named("onednn");
        ShapeCache cache = network.shapeCache(engine, options, NO_LIMIT)) {
      cache.recordInto(seen, "net");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> cache.acquire(dims(512)))
          .withMessageContaining("512]")
          .withMessageContaining("more than 100,000: use smaller inputs");
      assertThat(cache.statistics().shapeCount()).isZero();
      assertThat(seen.size()).isZero();
      assertThat(engine.memory().weightsBytes() + engine.memory().workingBytes()).isZero();
      try (ShapeCache.Lease lease = cache.acquire(dims(8))) {
        runs(lease.network(), 8);
      }
      assertThat(seen.size()).isOne();
    }
  }

  /** An engine whose convolutions are prepared by {@code prepare}. */
  private static Engine engine(Engine inner, UnaryOperator<PreparedConvolution> prepare) {
    return (Engine)
        Proxy.newProxyInstance(
            Engine.class.getClassLoader(),
            new Class<?>[] {Engine.class},
            (_, method, arguments) -> {
              try {
                Object result = method.invoke(inner, arguments);
                return result instanceof PreparedConvolution prepared
                    ? prepare.apply(prepared)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void whoWaitedForWhatCannotBePreparedDoesNotTryAgain() throws Exception {
    int waiting = 7;
    var preparations = new AtomicInteger();
    var failure = new IllegalStateException("hopeless");
    var holder = new AtomicReference<ShapeCache>();
    try (Engine inner = Engines.named("vector");
        Engine engine =
            engine(
                inner,
                prepared -> {
                  prepared.close();
                  preparations.incrementAndGet();
                  while (holder.get().statistics().hitCount() < waiting) {
                    Thread.onSpinWait();
                  }
                  throw failure;
                });
        ShapeCache cache = cache(engine, NO_LIMIT);
        ExecutorService threads = Executors.newFixedThreadPool(waiting + 1)) {
      holder.set(cache);
      List<Future<?>> refused = new ArrayList<>();
      for (int i = 0; i <= waiting; i++) {
        refused.add(
            threads.submit(
                () -> assertThatThrownBy(() -> cache.acquire(dims(8))).isSameAs(failure)));
      }
      for (Future<?> one : refused) {
        one.get();
      }
      assertThat(preparations).hasValue(1);
      assertThat(cache.statistics()).isEqualTo(new ShapeCache.Statistics(0, 0, waiting, 1, 0));
      assertThatThrownBy(() -> cache.acquire(dims(8))).isSameAs(failure);
      assertThat(preparations).hasValue(2);
    }
  }

  @Test
  void anErrorPinsNothing() {
    var attempts = new AtomicInteger();
    try (Engine inner = Engines.named("vector");
        Engine engine =
            engine(
                inner,
                prepared -> {
                  if (attempts.getAndIncrement() == 0) {
                    prepared.close();
                    throw new OutOfMemoryError("told by the test");
                  }
                  return prepared;
                });
        ShapeCache cache = cache(engine, 0)) {
      assertThatThrownBy(() -> cache.acquire(dims(8))).isInstanceOf(OutOfMemoryError.class);
      assertThat(cache.statistics().shapeCount()).isZero();
      try (ShapeCache.Lease lease = cache.acquire(dims(8))) {
        runs(lease.network(), 8);
      }
      assertThat(cache.statistics()).isEqualTo(new ShapeCache.Statistics(0, 0, 0, 2, 1));
    }
  }

  @Test
  void whatAloneIsTooLargeClosesNothingElse() {
    try (Engine engine = Engines.named("onednn");
        ShapeCache cache = cache(engine, byteSize(engine, 31) + byteSize(engine, 32))) {
      cache.acquire(dims(31)).close();
      cache.acquire(dims(32)).close();
      try (ShapeCache.Lease large = cache.acquire(dims(256))) {
        assertThat(large.network().byteSize()).isGreaterThan(cache.byteLimit());
        assertThat(cache.statistics().shapeCount()).isEqualTo(3);
        runs(large.network(), 256);
      }
      cache.acquire(dims(31)).close();
      cache.acquire(dims(32)).close();

      long kept = byteSize(engine, 31) + byteSize(engine, 32);
      assertThat(cache.statistics()).isEqualTo(new ShapeCache.Statistics(kept, 2, 2, 3, 1));
    }
  }

  @Test
  void closingFreesWhatNobodyUsesAndTheRestWithItsLease() {
    try (Engine engine = Engines.named("onednn")) {
      ShapeCache cache = cache(engine, NO_LIMIT);
      cache.acquire(dims(8)).close();
      ShapeCache.Lease lease = cache.acquire(dims(9));
      cache.close();
      cache.close();

      assertThat(cache.statistics().shapeCount()).isEqualTo(1);
      assertThat(engine.memory().weightsBytes()).isPositive();
      assertThatIllegalStateException()
          .isThrownBy(() -> cache.acquire(dims(9)))
          .withMessage("the cache of shapes is closed");
      runs(lease.network(), 9);
      lease.close();
      assertThat(engine.memory())
          .extracting(EngineMemory::weightsBytes, EngineMemory::workingBytes)
          .containsExactly(0L, 0L);
      assertThat(cache.statistics().byteSize()).isZero();
    }
  }

  @Test
  void aHitCostsItsLeaseAndNothingElse() {
    try (Engine engine = Engines.named("vector");
        ShapeCache cache = cache(engine, NO_LIMIT)) {
      Map<String, long[]> dims = dims(8);
      int count = 1_000;
      Runnable hits =
          () -> {
            for (int i = 0; i < count; i++) {
              cache.acquire(dims).close();
            }
          };
      hits.run();
      long[] bytes = new long[5];
      Arrays.setAll(bytes, _ -> Cost.of(hits).heapByteSize());
      assertThat(Arrays.stream(bytes).min().orElseThrow()).isLessThanOrEqualTo(32L * count);
    }
  }
}
