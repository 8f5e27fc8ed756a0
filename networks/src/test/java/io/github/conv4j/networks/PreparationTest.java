package io.github.conv4j.networks;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.ready.HeapUse;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks whose convolutions are prepared on several threads, and made ready. */
class PreparationTest {
  private static final int LAYERS = 12;
  private static final int SIZE = 20;

  /** Adds one in each layer; the pooling between them keeps the layers apart. */
  private static Network network(Constant one) {
    var b = new GraphBuilder(13);
    var single = new Dim.Fixed(1);
    var size = new Dim.Fixed(SIZE);
    String x = b.input("x", ElementType.FLOAT, single, single, size, size);
    String value = x;
    for (int i = 0; i < LAYERS; i++) {
      String bias = b.constant(Constant.of(new float[] {1}, 1));
      String sum = b.node("Conv", List.of(value, b.constant(one), bias));
      value = b.node("MaxPool", List.of(sum), Map.of("kernel_shape", Attribute.ofInts(1, 1)));
    }
    b.output(value);
    return Network.of(b.build());
  }

  private static Constant one() {
    return Constant.of(new float[] {1}, 1, 1, 1, 1);
  }

  private static void adds(PreparedNetwork prepared) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(4L * SIZE * SIZE, 64);
      x.fill((byte) 0);
      MemorySegment y = arena.allocate(4L * SIZE * SIZE, 64);
      prepared.call().input("x", x).output(prepared.outputs().getFirst(), y).execute();
      assertThat(y.toArray(JAVA_FLOAT)).containsOnly(LAYERS);
    }
  }

  /** An engine that refuses some of the convolutions that it is asked to prepare. */
  private static Engine refusing(Engine inner, AtomicInteger asked, int from) {
    return (Engine)
        Proxy.newProxyInstance(
            Engine.class.getClassLoader(),
            new Class<?>[] {Engine.class},
            (_, method, arguments) -> {
              if (method.getName().equals("prepare") && asked.incrementAndGet() > from) {
                throw new UnsupportedConvolutionException("test", "a layer", "told by the test");
              }
              try {
                return method.invoke(inner, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "reference"})
  void constantsMayBelongToOneThread(String name) {
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named(name)) {
      var one =
          new Constant(
              ElementType.FLOAT, new long[] {1, 1, 1, 1}, arena.allocateFrom(JAVA_FLOAT, 1));
      try (PreparedNetwork prepared = network(one).prepare(engine)) {
        adds(prepared);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, LAYERS - 1})
  void aRefusalClosesWhatWasPreparedElsewhere(int from) {
    var asked = new AtomicInteger();
    try (Engine inner = Engines.named("onednn");
        Engine engine = refusing(inner, asked, from)) {
      Network network = network(one());
      assertThatExceptionOfType(UnsupportedConvolutionException.class)
          .isThrownBy(() -> network.prepare(engine));
      assertThat(asked.get()).isGreaterThan(from);
      assertThat(inner.memory())
          .extracting(EngineMemory::weightsBytes, EngineMemory::workingBytes)
          .containsExactly(0L, 0L);
    }
  }

  @Test
  void anInterruptedThreadStaysSo() {
    try (Engine engine = Engines.named("onednn")) {
      Thread.currentThread().interrupt();
      try (PreparedNetwork prepared = network(one()).prepare(engine)) {
        assertThat(Thread.interrupted()).isTrue();
        adds(prepared);
      } finally {
        Thread.interrupted();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector"})
  void aReadyNetworkRunsCompiledCodeAtOnce(String name) {
    assertThat(HeapUse.bytes()).isNotEqualTo(HeapUse.UNKNOWN);
    EngineOptions options = EngineOptions.defaults().withThreads(1).withReady(true);
    try (Engine engine = Engines.named(name, options);
        PreparedNetwork prepared = network(one()).prepare(engine);
        Arena arena = Arena.ofConfined()) {
      NetworkCall call =
          prepared
              .call()
              .input("x", arena.allocate(4L * SIZE * SIZE, 64))
              .output(prepared.outputs().getFirst(), arena.allocate(4L * SIZE * SIZE, 64));
      long before = HeapUse.bytes();
      call.execute();
      assertThat(HeapUse.bytes() - before).isLessThan(1 << 14);
    }
  }

  @Test
  void readinessIsThatOfTheEngineUnlessToldOtherwise() {
    EngineOptions lazy = EngineOptions.defaults();
    EngineOptions ready = lazy.withReady(true);
    NetworkOptions defaults = NetworkOptions.defaults();
    assertThat(defaults.isReady(lazy)).isFalse();
    assertThat(defaults.isReady(ready)).isTrue();
    assertThat(defaults.withReady(true).withChannelsLast("x").isReady(lazy)).isTrue();
    assertThat(defaults.withReady(false).withoutPass("sums").isReady(ready)).isFalse();
  }
}
